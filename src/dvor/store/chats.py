"""Chats: what a conversation of several people has beyond a dialog; and whom communities may write to."""

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    Integer,
    Table,
    Text,
    bindparam,
    select,
    update,
)

from dvor.model.conversations import Chat
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all, shapes, upsert

chats = Table(
    "chats",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("creator_id", Id, nullable=False),
    Column("avatar", Json(dict[str, str]), nullable=False),
    Column("link_generation", Integer, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("members", Integer, nullable=False),
)

message_permissions = Table(
    "message_permissions",
    metadata,
    Column("group_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("is_allowed", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
"""Whether a person lets a community write to him: writing to it allows it too."""

_conversation_id = bindparam("conversation_id", type_=Id)
_BY_IDS = Statement(select(chats).where(among(chats.c.conversation_id, "conversation_ids")), Chat)
_INSERT = Statement(insert_all(chats))
_STEP_MEMBERS = Statement(
    update(chats)
    .where(chats.c.conversation_id == _conversation_id)
    .values(members=chats.c.members + bindparam("change", type_=Integer))
)
_PERMISSION = Statement(
    select(message_permissions.c.is_allowed).where(
        message_permissions.c.group_id == bindparam("group_id", type_=Id),
        message_permissions.c.user_id == bindparam("user_id", type_=Id),
    )
)
_SET_PERMISSION = Statement(upsert(message_permissions, ["is_allowed"]))


@shapes(None, column=("title", "avatar", "link_generation"))
def _set(column: str) -> Executable:
    value = bindparam("value", type_=chats.c[column].type)
    return update(chats).where(chats.c.conversation_id == _conversation_id).values({column: value})


async def load_chats(tx: Transaction, conversation_ids: list[int]) -> dict[int, Chat]:
    """Return those of these conversations that are chats, by conversation."""
    found = await tx.rows(_BY_IDS, conversation_ids=conversation_ids) if conversation_ids else []
    return {chat.conversation_id: chat for chat in found}


async def insert_chat(tx: Transaction, chat: Chat) -> None:
    """Store a new chat."""
    await tx.run(_INSERT, **{name: getattr(chat, name) for name in chat.__struct_fields__})


async def change_chat(tx: Transaction, conversation_id: int, column: str, value: object) -> None:
    """Give a chat another title, avatar or link generation."""
    await tx.run(_set(column=column), conversation_id=conversation_id, value=value)


async def step_members(tx: Transaction, conversation_id: int, change: int) -> None:
    """Raise or lower the count of those in a chat."""
    await tx.run(_STEP_MEMBERS, conversation_id=conversation_id, change=change)


async def find_permission(tx: Transaction, group_id: int, user_id: int) -> bool | None:
    """Say whether a person lets a community write to him; None if he has never said."""
    allowed: bool | None = await tx.value(_PERMISSION, group_id=group_id, user_id=user_id)
    return allowed


async def set_permission(tx: Transaction, group_id: int, user_id: int, *, is_allowed: bool) -> None:
    """Note whether a person lets a community write to him."""
    await tx.run(_SET_PERMISSION, group_id=group_id, user_id=user_id, is_allowed=is_allowed)
