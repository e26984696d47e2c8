"""Access tokens, by the hash of their text."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select, update

from dvor.model.tokens import IdentifiedToken, Token
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("scope", Id, nullable=False),
    Column("platform", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Column("group_id", Id, nullable=False, server_default="0"),
    Index("ix_tokens_user_id", "user_id"),
    Index("ix_tokens_group_id", "group_id"),
    sqlite_with_rowid=False,
)

_token_hash = bindparam("token_hash", type_=Bytes)
_user_id = bindparam("user_id", type_=Id)
_FIND = Statement(
    select(
        tokens.c.token_hash,
        tokens.c.user_id,
        tokens.c.scope,
        tokens.c.platform,
        tokens.c.expires_at,
        users.c.deactivated,
        tokens.c.group_id,
    )
    .join(users, users.c.id == tokens.c.user_id)
    .where(tokens.c.token_hash == _token_hash),
    IdentifiedToken,
)
_OF_USER = Statement(select(tokens).where(tokens.c.user_id == _user_id).order_by(tokens.c.created_at), Token)
_OF_GROUP = Statement(
    select(tokens).where(tokens.c.group_id == bindparam("group_id", type_=Id)).order_by(tokens.c.created_at),
    Token,
)
_INSERT = Statement(insert_all(tokens))
_DELETE = Statement(delete(tokens).where(tokens.c.token_hash == _token_hash))
_DELETE_ALL = Statement(delete(tokens).where(tokens.c.user_id == _user_id))
_TOUCH = Statement(
    update(tokens).where(tokens.c.token_hash == _token_hash).values(used_at=bindparam("at", type_=Id))
)


async def find_token(tx: Transaction, token_hash: bytes) -> IdentifiedToken | None:
    """Return the token of this hash, even an expired one."""
    return await tx.row(_FIND, token_hash=token_hash)


async def list_tokens(tx: Transaction, user_id: int) -> list[Token]:
    """Return a user's tokens, oldest first."""
    return await tx.rows(_OF_USER, user_id=user_id)


async def list_group_tokens(tx: Transaction, group_id: int) -> list[Token]:
    """Return a community's tokens, oldest first."""
    return await tx.rows(_OF_GROUP, group_id=group_id)


async def insert_token(tx: Transaction, token: Token) -> None:
    """Store a token."""
    await tx.run(_INSERT, **{name: getattr(token, name) for name in token.__struct_fields__})


async def delete_token(tx: Transaction, token_hash: bytes) -> bool:
    """Revoke one token; say whether there was one."""
    return await tx.run(_DELETE, token_hash=token_hash) > 0


async def delete_tokens(tx: Transaction, user_id: int) -> int:
    """Revoke all tokens of a user; return how many."""
    return await tx.run(_DELETE_ALL, user_id=user_id)


async def touch_tokens(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Store when tokens (`token_hash`) were last used (`at`)."""
    await tx.run_many(_TOUCH, rows)
