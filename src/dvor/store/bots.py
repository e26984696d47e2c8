"""What communities' bots are told: the settings of their long poll, and their callback servers."""

from typing import Any

from sqlalchemy import Column, Executable, Table, Text, bindparam, delete, func, select, update

from dvor.model.bots import BotSettings, CallbackServer
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all, shapes, upsert

bot_settings = Table(
    "bot_settings",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("settings", Json(BotSettings), nullable=False),
)

callback_servers = Table(
    "callback_servers",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Bytes, nullable=False),
    Column("status", Text, nullable=False),
    Column("creator_id", Id, nullable=False),
    Column("settings", Json(BotSettings), nullable=False),
    sqlite_with_rowid=False,
)

_group_id = bindparam("group_id", type_=Id)
_one = (
    callback_servers.c.group_id == _group_id,
    callback_servers.c.id == bindparam("server_id", type_=Id),
)
_SETTINGS = Statement(select(bot_settings.c.settings).where(bot_settings.c.group_id == _group_id))
_SAVE_SETTINGS = Statement(upsert(bot_settings, ["settings"]))
_SERVERS = Statement(
    select(callback_servers).where(callback_servers.c.group_id == _group_id).order_by(callback_servers.c.id),
    CallbackServer,
)
_INSERT = Statement(insert_all(callback_servers))
_DELETE = Statement(delete(callback_servers).where(*_one))
_HIGHEST = Statement(select(func.max(callback_servers.c.id)).where(callback_servers.c.group_id == _group_id))


@shapes(None, column=("title", "url", "secret", "status", "settings"))
def _set(column: str) -> Executable:
    value = bindparam("value", type_=callback_servers.c[column].type)
    return update(callback_servers).where(*_one).values({column: value})


async def find_bot_settings(tx: Transaction, group_id: int) -> BotSettings | None:
    """Return what a community's long poll tells; None if nobody has set it."""
    found: BotSettings | None = await tx.value(_SETTINGS, group_id=group_id)
    return found


async def save_bot_settings(tx: Transaction, group_id: int, settings: BotSettings) -> None:
    """Store what a community's long poll tells."""
    await tx.run(_SAVE_SETTINGS, group_id=group_id, settings=settings)


async def list_servers(tx: Transaction, group_id: int) -> list[CallbackServer]:
    """Return a community's callback servers."""
    return await tx.rows(_SERVERS, group_id=group_id)


async def insert_server(tx: Transaction, server: CallbackServer) -> None:
    """Store a callback server."""
    await tx.run(_INSERT, **{name: getattr(server, name) for name in server.__struct_fields__})


async def highest_server_id(tx: Transaction, group_id: int) -> int:
    """Return the highest id among a community's callback servers, 0 for none."""
    highest: int | None = await tx.value(_HIGHEST, group_id=group_id)
    return highest or 0


async def change_server(tx: Transaction, group_id: int, server_id: int, changes: dict[str, Any]) -> None:
    """Set columns of a callback server to new values."""
    for column, value in changes.items():
        await tx.run(_set(column=column), group_id=group_id, server_id=server_id, value=value)


async def delete_server(tx: Transaction, group_id: int, server_id: int) -> bool:
    """Remove a callback server; say whether it was there."""
    return await tx.run(_DELETE, group_id=group_id, server_id=server_id) > 0
