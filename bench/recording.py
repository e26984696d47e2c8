"""Recording the SQL that a call really runs: its statements with their arguments, and which of them change something."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct
from sqlalchemy import Table

from dvor.config import Settings
from dvor.core.courtyard import open_courtyard
from dvor.server.app import Application
from dvor.store.database import Database, Transaction, Work
from dvor.store.statements import EngineName, Statement

T = TypeVar("T")


class Step(Struct, frozen=True):
    """A statement, and its arguments: several lists of them if it was run many times."""

    sql: str
    arguments: list[list[Any]]


class Deed(Struct):
    """A transaction: a snapshot, or one that may write."""

    writes: bool
    steps: list[Step]


class RecordedCall(Struct):
    """What one call ran, and how many bytes it answered."""

    deeds: list[Deed]
    size: int


class _Writing:
    """A transaction that notes what it is asked."""

    def __init__(self, inner: Transaction, steps: list[Step]) -> None:
        self.engine: EngineName = inner.engine
        self._inner = inner
        self._steps = steps

    def _note(self, statement: Statement[Any], *values: Mapping[str, Any]) -> None:
        compiled = statement.compiled(self.engine)
        self._steps.append(Step(compiled.sql, [compiled.arguments(row) for row in values]))

    async def rows(self, statement: Statement[Any], **values: Any) -> Any:
        self._note(statement, values)
        return await self._inner.rows(statement, **values)

    async def row(self, statement: Statement[Any], **values: Any) -> Any:
        self._note(statement, values)
        return await self._inner.row(statement, **values)

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        self._note(statement, values)
        return await self._inner.value(statement, **values)

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        self._note(statement, values)
        return await self._inner.run(statement, **values)

    async def run_many(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        self._note(statement, *rows)
        await self._inner.run_many(statement, rows)

    async def lock(self, statement: Statement[Any], **values: Any) -> None:
        if self.engine == "postgresql":
            self._note(statement, values)
        await self._inner.lock(statement, **values)

    async def load(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        raise NotImplementedError("no call loads whole tables")

    def wake(self, receiver_ids: Iterable[int]) -> None:
        self._inner.wake(receiver_ids)


class _Snapshot:
    def __init__(self, inner: AbstractAsyncContextManager[Transaction], steps: list[Step]) -> None:
        self._inner = inner
        self._steps = steps

    async def __aenter__(self) -> Transaction:
        return _Writing(await self._inner.__aenter__(), self._steps)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)


class RecordingDatabase:
    """A database that notes what is asked of it, in `deeds`."""

    def __init__(self, inner: Database) -> None:
        self.engine: EngineName = inner.engine
        self.signals = inner.signals
        self.deeds: list[Deed] = []
        self._inner = inner

    def read(self) -> _Snapshot:
        self.deeds.append(Deed(False, []))
        return _Snapshot(self._inner.read(), self.deeds[-1].steps)

    async def write(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        deed = Deed(True, [])
        self.deeds.append(deed)

        async def note(tx: Transaction) -> T:
            deed.steps.clear()
            return await work(_Writing(tx, deed.steps))

        return await self._inner.write(note, is_repeatable=is_repeatable)

    def pulse(self, receiver_ids: Iterable[int], pulse: str) -> None:
        self._inner.pulse(receiver_ids, pulse)

    async def close(self) -> None:
        await self._inner.close()


def record(settings: Settings, series: Mapping[str, Sequence[str]]) -> dict[str, list[RecordedCall]]:
    """Answer these addresses one after the other in this process; return, by the same names, what they ran."""
    return asyncio.run(_record(settings, series))


async def _record(settings: Settings, series: Mapping[str, Sequence[str]]) -> dict[str, list[RecordedCall]]:
    courtyard = await open_courtyard(settings)
    database = courtyard.database = RecordingDatabase(courtyard.database)
    application = Application(courtyard)
    try:
        return {
            name: [await _answer(application, database, path) for path in paths]
            for name, paths in series.items()
        }
    finally:
        await courtyard.close()


async def _answer(application: Callable[..., Any], database: RecordingDatabase, address: str) -> RecordedCall:
    database.deeds = []
    body = b""
    url = urlsplit(address)
    scope = {
        "type": "http",
        "method": "GET",
        "path": unquote(url.path),
        "query_string": url.query.encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal body
        body += message.get("body", b"")

    await application(scope, receive, send)
    if "error" in msgspec.json.decode(body):
        raise RuntimeError(f"{address}: {body[:300]!r}")
    return RecordedCall([deed for deed in database.deeds if deed.steps], len(body))
