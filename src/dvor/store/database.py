"""The database as the core sees it: snapshots to read, transactions to write, on either engine."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Table

from dvor.config import Settings
from dvor.store.siblings import Siblings, make_siblings
from dvor.store.signals import Signals
from dvor.store.statements import EngineName, Statement

T = TypeVar("T")
Row = TypeVar("Row")


class Transaction(Protocol):
    """A snapshot or a write in progress."""

    engine: EngineName

    async def rows(self, statement: Statement[Row], **values: Any) -> list[Row]:
        """Return all rows."""

    async def row(self, statement: Statement[Row], **values: Any) -> Row | None:
        """Return the first row, or None."""

    async def value(self, statement: Statement[Any], **values: Any) -> Any:
        """Return the first column of the first row, or None."""

    async def run(self, statement: Statement[Any], **values: Any) -> int:
        """Run a change and return how many rows it touched."""

    async def run_many(self, statement: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a change once for each row of values."""

    async def lock(self, statement: Statement[Any], **values: Any) -> None:
        """Lock the rows of a `FOR UPDATE` statement; SQLite, with its one writer, has nothing to do."""

    async def load(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert many whole rows in the engine's fastest way; return how many."""

    def wake(self, receiver_ids: Iterable[int]) -> None:
        """Wake the waiters of these receivers once the transaction is committed."""


Work = Callable[[Transaction], Awaitable[T]]


class Database(Protocol):
    """A store of one engine."""

    engine: EngineName
    signals: Signals

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """Open one snapshot; await nothing but the store inside."""

    async def write(self, work: Work[T], *, is_repeatable: bool = False) -> T:
        """Run `work` in a transaction and return its result once it is committed.

        `work` may be run again after a conflict, so it draws no clock and no random number.  A commit whose outcome is
        unknown is repeated only if the work `is_repeatable` (it finds its own traces); otherwise `OutcomeUnknown`.
        """

    def pulse(self, receiver_ids: Iterable[int], pulse: str) -> None:
        """Tell those who wait just now, in all processes, something that is not written down."""

    async def close(self) -> None:
        """Finish what is under way and let go of all connections."""


async def open_database(settings: Settings) -> Database:
    """Open the database that the settings name, bringing its schema up to date.

    The address is a `postgresql://` URL; without one the database is SQLite in the data folder.
    """
    from dvor.store.revision import bring_up_to_date

    await bring_up_to_date(settings)
    return await connect_database(settings)


def share_database(settings: Settings) -> list[Siblings | None]:
    """Return what each worker needs to open the database beside the others; `DataFolderBusy` if it is served.

    For the parent of the workers, which keeps it until they are gone.  PostgreSQL needs nothing.
    """
    if settings.database:
        return [None] * settings.workers
    from dvor.store.sqlite import lock_folder

    return [*make_siblings(lock_folder(settings.data), settings.workers)]


async def connect_database(settings: Settings, siblings: Siblings | None = None) -> Database:
    """Open the database as it is, for a process whose parent has migrated it, beside its siblings if it has any."""
    if settings.database:
        from dvor.store.postgresql import PostgreSQLDatabase

        return await PostgreSQLDatabase.open(settings)
    from dvor.store.sqlite import SQLiteDatabase

    return SQLiteDatabase.open(settings.data, siblings)
