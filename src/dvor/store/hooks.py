"""Hooks by credential and event."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select

from dvor.model.hooks import Hook
from dvor.store.columns import metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all

hooks = Table(
    "hooks",
    metadata,
    Column("key_id", Text, ForeignKey("credentials.key_id"), primary_key=True),
    Column("event", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Index("ix_hooks_event", "event"),
    sqlite_with_rowid=False,
)

_key_id = bindparam("key_id_", type_=Text)
_OF_KEY = Statement(select(hooks).where(hooks.c.key_id == _key_id).order_by(hooks.c.event, hooks.c.url), Hook)
_OF_EVENT = Statement(
    select(hooks)
    .where(hooks.c.event == bindparam("event_", type_=Text))
    .order_by(hooks.c.key_id, hooks.c.url),
    Hook,
)
_INSERT = Statement(insert_all(hooks))
_DELETE = Statement(delete(hooks).where(hooks.c.key_id == _key_id))


async def list_hooks(tx: Transaction, key_id: str) -> list[Hook]:
    """Return the hooks of a credential."""
    return await tx.rows(_OF_KEY, key_id_=key_id)


async def find_hooks(tx: Transaction, event: str) -> list[Hook]:
    """Return the hooks that are told of an event."""
    return await tx.rows(_OF_EVENT, event_=event)


async def save_hooks(tx: Transaction, key_id: str, wanted: list[Hook]) -> None:
    """Store the hooks of a credential in place of those that it has."""
    await tx.run(_DELETE, key_id_=key_id)
    ordered = sorted(wanted, key=lambda hook: (hook.event, hook.url))
    await tx.run_many(_INSERT, [{"key_id": key_id, "event": hook.event, "url": hook.url} for hook in ordered])
