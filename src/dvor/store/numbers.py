"""Server-wide numbers: rising, and never used again.  Sequences on PostgreSQL, counter rows on SQLite."""

from typing import Any, Literal, get_args

from sqlalchemy import Column, Executable, Sequence, Table, Text, bindparam, func, select, update

from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement

NumberName = Literal[
    "users",
    "groups",
    "chats",
    "conversations",
    "messages",
    "jobs",
    "polls",
    "documents",
    "albums",
    "user_groups",
]
NAMES: tuple[NumberName, ...] = get_args(NumberName)

SEQUENCES = {name: Sequence(f"{name}_numbers", metadata=metadata) for name in NAMES}
"""Used on PostgreSQL only: there a counter row would be held until the commit and make all writers queue."""

numbers = Table(
    "numbers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Id, nullable=False),
    sqlite_with_rowid=False,
    info={"engine": "sqlite"},
)


def _next(name: NumberName) -> Statement[Any]:
    def build(engine: EngineName) -> Executable:
        if engine == "postgresql":
            return select(func.nextval(SEQUENCES[name].name))
        taken = update(numbers).where(numbers.c.name == name).values(value=numbers.c.value + 1)
        return taken.returning(numbers.c.value)

    return Statement(build)


def _set(name: NumberName) -> Statement[Any]:
    def build(engine: EngineName) -> Executable:
        value = bindparam("value", type_=Id)
        if engine == "postgresql":
            return select(func.setval(SEQUENCES[name].name, value))
        return update(numbers).where(numbers.c.name == name).values(value=value)

    return Statement(build)


def _last(name: NumberName) -> Statement[Any]:
    def build(engine: EngineName) -> Executable:
        if engine == "postgresql":
            return select(func.coalesce(func.pg_sequence_last_value(SEQUENCES[name].name), 0))
        return select(numbers.c.value).where(numbers.c.name == name)

    return Statement(build)


_NEXT = {name: _next(name) for name in NAMES}
_SET = {name: _set(name) for name in NAMES}
_LAST = {name: _last(name) for name in NAMES}


async def next_number(tx: Transaction, name: NumberName) -> int:
    """Draw the next number of a kind."""
    number: int = await tx.value(_NEXT[name])
    return number


async def last_number(tx: Transaction, name: NumberName) -> int:
    """Return the number drawn last, 0 before the first."""
    number: int = await tx.value(_LAST[name])
    return number


async def set_number(tx: Transaction, name: NumberName, value: int) -> None:
    """Let the next number be `value` + 1; for whole rows that are loaded with their numbers."""
    if value:
        await tx.run(_SET[name], value=value)
