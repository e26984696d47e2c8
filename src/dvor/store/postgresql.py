"""PostgreSQL: read-only snapshots, short writes behind row locks, wake-ups by NOTIFY."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar

import asyncpg
import msgspec
from sqlalchemy import Table

from dvor.config import Settings
from dvor.model.errors import OutcomeUnknown
from dvor.store.database import Work
from dvor.store.patrol import patrol
from dvor.store.signals import Signals
from dvor.store.statements import DIALECTS, EngineName, Statement

T = TypeVar("T")
Row = TypeVar("Row")

CHANNEL = "dvor_events"
NOTIFY_BATCH = 500
"""Receiver ids in one NOTIFY: its payload holds 8,000 bytes."""
ATTEMPTS = 10
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""How a lost connection shows: by the server's last word, without one, or at the next use of it."""
UNUSABLE = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""What the database says, beyond errors of the network, when it cannot be used at all."""


class PostgreSQLTransaction:
    """Statements on one connection."""

    engine: EngineName = "postgresql"
    __slots__ = ("_connection", "woken")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.woken: set[int] = set()

    async def rows(self, statement: Statement[Row], **values: Any) -> list[Row]:
        compiled = statement.compiled("postgresql")
        return compiled.draw(await self._connection.fetch(compiled.sql, *compiled.arguments(values)))

    async def row(self, statement: Statement[Row], **values: Any) -> Row | None:
        rows = await self.rows(statement, **values)
        return rows[0] if rows else None

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        compiled = statement.compiled("postgresql")
        raw = await self._connection.fetchrow(compiled.sql, *compiled.arguments(values))
        return None if raw is None else compiled.scalar(raw)

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        compiled = statement.compiled("postgresql")
        status: str = await self._connection.execute(compiled.sql, *compiled.arguments(values))
        return int(status.rpartition(" ")[2])

    async def run_many(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        compiled = statement.compiled("postgresql")
        await self._connection.executemany(compiled.sql, [compiled.arguments(row) for row in rows])

    async def lock(self, statement: Statement[Any], **values: Any) -> None:
        compiled = statement.compiled("postgresql")
        await self._connection.execute(compiled.sql, *compiled.arguments(values))

    async def load(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        dialect = DIALECTS["postgresql"]
        columns = [(c.name, c.type.dialect_impl(dialect).bind_processor(dialect)) for c in table.c]
        records = [
            tuple(process(row[name]) if process else row[name] for name, process in columns) for row in rows
        ]
        await self._connection.copy_records_to_table(
            table.name, records=records, columns=[name for name, _ in columns]
        )
        return len(records)

    def wake(self, receiver_ids: Iterable[int]) -> None:
        self.woken.update(receiver_ids)


class _Snapshot:
    """The context of one read."""

    __slots__ = ("_connection", "_pool", "_transaction")

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def __aenter__(self) -> PostgreSQLTransaction:
        self._connection = await self._pool.acquire()
        try:
            self._transaction = self._connection.transaction(isolation="repeatable_read", readonly=True)
            await self._transaction.start()
        except BaseException:
            await self._pool.release(self._connection)
            raise
        return PostgreSQLTransaction(self._connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await (self._transaction.commit() if kind is None else self._transaction.rollback())
        finally:
            await self._pool.release(self._connection)


class PostgreSQLDatabase:
    """A PostgreSQL database, shared with any number of other processes."""

    engine: EngineName = "postgresql"

    def __init__(self, pool: Any, announcer: "_Announcer") -> None:
        self.signals = announcer.signals
        self._pool = pool
        self._announcer = announcer
        self._patrol_task = asyncio.create_task(patrol(self, (*LOST, asyncpg.PostgresError)))

    @classmethod
    async def open(cls, settings: Settings) -> "PostgreSQLDatabase":
        """Connect a pool, and one more connection to listen and notify on."""
        cache = 1024 if settings.statement_cache else 0
        pool = await asyncpg.create_pool(
            settings.database,
            min_size=1,
            max_size=settings.pool_size,
            statement_cache_size=cache,
            reset=_leave_as_it_is,
            server_settings={"application_name": "dvor"},
        )
        announcer = _Announcer(settings.listen_database or settings.database or "")
        await announcer.start()
        return cls(pool, announcer)

    def read(self) -> _Snapshot:
        return _Snapshot(self._pool)

    async def write(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(work)
            except CONFLICTS:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.002 * attempt)
            except OutcomeUnknown:
                if attempt == ATTEMPTS or not is_repeatable:
                    raise
                await asyncio.sleep(0.1 * attempt)
        raise AssertionError("unreachable")

    async def _attempt(self, work: Work[T]) -> T:
        async with self._pool.acquire() as connection:
            deed = connection.transaction(isolation="read_committed")
            await deed.start()
            transaction = PostgreSQLTransaction(connection)
            try:
                outcome = await work(transaction)
            except BaseException:
                # a lost connection must not hide what happened; nothing of it was committed
                with contextlib.suppress(*LOST):
                    await deed.rollback()
                raise
            try:
                await deed.commit()
            except LOST as error:
                raise OutcomeUnknown("the database went away during a commit") from error
        self._announcer.announce(transaction.woken)
        return outcome

    def pulse(self, receiver_ids: Iterable[int], pulse: str) -> None:
        self._announcer.pulse(receiver_ids, pulse)

    async def close(self) -> None:
        self.signals.close()
        self._patrol_task.cancel()
        await asyncio.gather(self._patrol_task, return_exceptions=True)
        await self._announcer.stop()
        await self._pool.close()


async def _leave_as_it_is(connection: Any) -> None:
    """Spare the query that asyncpg sends before a connection goes back; Dvor leaves nothing behind in a session."""


class Pulse(msgspec.Struct, frozen=True):
    """What is told to those who wait just now."""

    receiver_ids: list[int]
    text: str


class _Announcer:
    """One connection that listens for wake-ups and sends those of this process, many in one NOTIFY.

    When the connection is lost it is made anew; in between waiters rely on looking once a second.
    """

    def __init__(self, address: str) -> None:
        self.signals = Signals()
        self._address = address
        self._waiting: set[int] = set()
        self._pulses: deque[Pulse] = deque(maxlen=1000)
        self._news = asyncio.Event()
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, and go on in the background."""
        await self._connect()
        self._task = asyncio.create_task(self._run())

    async def _connect(self) -> None:
        self._connection = await asyncpg.connect(
            self._address, statement_cache_size=0, server_settings={"application_name": "dvor events"}
        )
        await self._connection.add_listener(CHANNEL, self._hear)
        self._connection.add_termination_listener(lambda _connection: self._news.set())

    def _hear(self, connection: Any, pid: int, _channel: str, payload: str) -> None:
        heard = msgspec.json.decode(payload, type=list[int] | Pulse)
        if isinstance(heard, Pulse):
            self.signals.wake(heard.receiver_ids, heard.text)
        elif pid != connection.get_server_pid():  # its own waiters it has woken itself, without the way round
            self.signals.wake(heard)

    def pulse(self, receiver_ids: Iterable[int], text: str) -> None:
        """Tell all processes, this one included, as soon as the connection is free."""
        waiting = sorted(receiver_ids)
        for start in range(0, len(waiting), NOTIFY_BATCH):
            self._pulses.append(Pulse(waiting[start : start + NOTIFY_BATCH], text))
        self._news.set()

    def announce(self, receiver_ids: set[int]) -> None:
        """Wake the waiters of this process now and those of the others soon."""
        if receiver_ids:
            self.signals.wake(receiver_ids)
            self._waiting |= receiver_ids
            self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            batch = list(self._waiting)[:NOTIFY_BATCH]
            self._waiting.difference_update(batch)
            if self._waiting:
                self._news.set()
            try:
                if self._connection.is_closed():
                    await self._connect()
                while self._pulses:
                    await self._notify(self._pulses.popleft())
                if batch:
                    await self._notify(batch)
            except (*LOST, asyncpg.PostgresError):
                self._waiting.update(batch)
                await asyncio.sleep(0.5)
                self._news.set()

    async def _notify(self, news: list[int] | Pulse) -> None:
        payload = msgspec.json.encode(news).decode()
        await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    async def stop(self) -> None:
        """Disconnect."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=5)
