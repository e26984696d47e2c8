"""SQLite: reads in place, one writer a process whose transactions share their commits.

A read takes a `query_only` connection and one snapshot.  Writes take turns on the one writing connection; each runs in
a savepoint of the open batch and is answered after the batch's one COMMIT, which runs in a thread.  Workers that serve a
folder together pass each other the turn to open a batch, and tell each other whom its commit wakes.
"""

import asyncio
import contextlib
import fcntl
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, TypeVar

from sqlalchemy import Table

from dvor.store.database import Work
from dvor.store.patrol import patrol
from dvor.store.siblings import Siblings
from dvor.store.signals import Signals
from dvor.store.statements import EngineName, Statement, insert_all
from dvor.store.turns import Turns

T = TypeVar("T")
Row = TypeVar("Row")

FILE_NAME = "dvor.sqlite3"
LOCK_RETRY_SECONDS = 0.005
"""Pause between tries when a program that is not Dvor's has the file."""
SETTLING_MILLISECONDS = 1000
"""How long a connection may wait for another process that opens or closes the file, or mends what a killed one left."""


class DataFolderBusy(Exception):
    """Another process serves this data folder."""


def connect(path: Path, *, query_only: bool, is_shared: bool = False) -> sqlite3.Connection:
    """Open a connection in autocommit mode with Dvor's settings; `is_shared` if other processes serve the file too."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=1024)
    connection.execute(f"PRAGMA busy_timeout={SETTLING_MILLISECONDS if is_shared else 0}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")
    if query_only:
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=0")  # who writes waits for a turn, and not in the driver
    return connection


def lock_folder(folder: Path) -> TextIO:
    """Claim a data folder until the returned file is closed; `DataFolderBusy` if another process has it."""
    lock_file = (folder / "serving.lock").open("w")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock_file.close()
        raise DataFolderBusy(f"another process serves {folder}") from error
    return lock_file


class SQLiteTransaction:
    """Statements on one connection.  The methods are coroutines that never wait: nothing else runs in between."""

    engine: EngineName = "sqlite"
    __slots__ = ("_connection", "woken")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.woken: set[int] = set()

    async def rows(self, statement: Statement[Row], **values: Any) -> list[Row]:
        compiled = statement.compiled("sqlite")
        return compiled.draw(self._connection.execute(compiled.sql, compiled.arguments(values)).fetchall())

    async def row(self, statement: Statement[Row], **values: Any) -> Row | None:
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        compiled = statement.compiled("sqlite")
        # fetchall and not fetchone: a statement with RETURNING takes effect only when it is read to its end
        raw = self._connection.execute(compiled.sql, compiled.arguments(values)).fetchall()
        return None if not raw else compiled.scalar(raw[0])

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        compiled = statement.compiled("sqlite")
        return self._connection.execute(compiled.sql, compiled.arguments(values)).rowcount

    async def run_many(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        compiled = statement.compiled("sqlite")
        self._connection.executemany(compiled.sql, [compiled.arguments(row) for row in rows])

    async def lock(self, statement: Statement[Any], **values: Any) -> None:
        pass

    async def load(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        statement = _LOADERS.get(table.name)
        if statement is None:
            statement = _LOADERS[table.name] = Statement(insert_all(table))
        compiled = statement.compiled("sqlite")
        return self._connection.executemany(compiled.sql, map(compiled.arguments, rows)).rowcount

    def wake(self, receiver_ids: Iterable[int]) -> None:
        self.woken.update(receiver_ids)


_LOADERS: dict[str, Statement[Any]] = {}


class _Snapshot:
    """The context of one read."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: "SQLiteDatabase") -> None:
        self._pool = pool

    async def __aenter__(self) -> SQLiteTransaction:
        self._connection = self._pool.take_reader()
        self._connection.execute("BEGIN")
        return SQLiteTransaction(self._connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.execute("COMMIT")
        self._pool.give_reader(self._connection)


class _Batch:
    """The writes that share one COMMIT."""

    def __init__(self) -> None:
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.woken: set[int] = set()
        self.loss: BaseException | None = None
        """The error at which SQLite rolled the whole transaction back, a full disk for one."""


class SQLiteDatabase:
    """A data folder, of one process or of several siblings."""

    engine: EngineName = "sqlite"

    def __init__(self, path: Path, claim: TextIO | Siblings) -> None:
        self.signals = Signals()
        self.path = path
        self._claim = claim
        self._siblings = claim if isinstance(claim, Siblings) else None
        self._writer = connect(path, query_only=False, is_shared=self._siblings is not None)
        self._readers: list[sqlite3.Connection] = []
        self._turn = asyncio.Lock()
        self._batch: _Batch | None = None
        self._committers: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._file_turn: Turns | None = None
        self._patrol_task: asyncio.Task[None] | None = None
        if self._siblings is not None:
            self._file_turn = Turns(path.parent, self._threads)
            self._siblings.listen(self.signals.wake)
            self._patrol_task = asyncio.create_task(patrol(self, (sqlite3.Error,)))

    @classmethod
    def open(cls, folder: Path, siblings: Siblings | None = None) -> "SQLiteDatabase":
        """Open `folder` for this process alone, or with its siblings; `DataFolderBusy` if others have it."""
        return cls(folder / FILE_NAME, siblings or lock_folder(folder))

    def read(self) -> _Snapshot:
        return _Snapshot(self)

    def take_reader(self) -> sqlite3.Connection:
        """Return an idle reading connection, opening one if there is none."""
        return self._readers.pop() if self._readers else self._open_reader()

    def _open_reader(self) -> sqlite3.Connection:
        return connect(self.path, query_only=True, is_shared=self._siblings is not None)

    def give_reader(self, connection: sqlite3.Connection) -> None:
        """Take a reading connection back."""
        self._readers.append(connection)

    async def write(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        async with self._turn:
            batch = self._batch or await self._begin()
            outcome, refusal = await self._attempt(work, batch)
        # the commit belongs to the others too, so a caller that goes away must not stop it
        await asyncio.shield(batch.committed)
        if refusal is not None:
            raise refusal
        return outcome  # type: ignore[return-value]

    async def _begin(self) -> _Batch:
        if self._file_turn is not None:
            await self._file_turn.take()
        try:
            await self._lock_file()
        except BaseException:
            self._give_turn()
            raise
        self._batch = _Batch()
        committer = asyncio.create_task(self._commit(self._batch))
        self._committers.add(committer)
        committer.add_done_callback(self._committers.discard)
        return self._batch

    async def _lock_file(self) -> None:
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                await asyncio.sleep(LOCK_RETRY_SECONDS)

    def _give_turn(self) -> None:
        if self._file_turn is not None:
            self._file_turn.give()

    async def _attempt(self, work: Work[T], batch: _Batch) -> tuple[T | None, BaseException | None]:
        """Run one write in a savepoint; what it refuses is answered after the commit, as what it did is."""
        execute = self._writer.execute
        transaction = SQLiteTransaction(self._writer)
        execute("SAVEPOINT work")
        try:
            outcome = await work(transaction)
        except BaseException as error:
            if self._writer.in_transaction:
                execute("ROLLBACK TO work")
                execute("RELEASE work")
            else:
                # a savepoint outside a transaction would commit by itself: whoever comes next begins a new batch
                batch.loss = error
                self._batch = None
                self._give_turn()
            return None, error
        execute("RELEASE work")
        batch.woken |= transaction.woken
        return outcome, None

    async def _commit(self, batch: _Batch) -> None:
        """Commit once those who were already waiting for their turn have had it: the lock is first come, first served."""
        async with self._turn:
            if self._batch is batch:
                self._batch = None
            loop = asyncio.get_running_loop()
            try:
                if batch.loss is not None:
                    raise batch.loss
                await loop.run_in_executor(self._threads, self._end_batch)
            except BaseException as error:
                batch.committed.set_exception(error)
                batch.committed.exception()  # those who were cancelled do not look at it
                return
        self._wake(batch.woken)
        batch.committed.set_result(None)

    def _end_batch(self) -> None:
        """Commit, in a thread, and let the next process begin at once."""
        try:
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        finally:
            self._give_turn()

    def _wake(self, receiver_ids: Iterable[int], pulse: str = "") -> None:
        woken = list(receiver_ids)
        self.signals.wake(woken, pulse)
        if self._siblings is not None:
            self._siblings.tell(woken, pulse)

    def pulse(self, receiver_ids: Iterable[int], pulse: str) -> None:
        self._wake(receiver_ids, pulse)

    async def close(self) -> None:
        self.signals.close()
        if self._patrol_task is not None:
            self._patrol_task.cancel()
            await asyncio.gather(self._patrol_task, return_exceptions=True)
        while self._committers:
            await asyncio.wait(self._committers)
        for reader in self._readers:
            reader.close()
        self._readers.clear()
        if self._file_turn is None or self._file_turn.take_free():  # of siblings one is enough
            with contextlib.suppress(sqlite3.OperationalError):
                self._writer.execute("PRAGMA optimize")
        self._writer.close()
        if self._file_turn is not None:
            await self._file_turn.close()
        self._threads.shutdown()
        self._claim.close()
