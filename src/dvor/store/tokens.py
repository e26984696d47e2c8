"""Access tokens and refresh tokens, by the hash of their text."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, func, select, update

from dvor.model.authorizations import RefreshToken
from dvor.model.tokens import IdentifiedToken, Token
from dvor.store.apps import apps
from dvor.store.authorizations import delete_codes
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id")),
    Column("scope", Id, nullable=False),
    Column("platform", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Column("group_id", Id, nullable=False, server_default="0"),
    Column("app_id", Id, ForeignKey(apps.c.id)),
    Column("protocol", Text, nullable=False),
    Column("family", Bytes, nullable=False),
    Index("ix_tokens_user_id", "user_id"),
    Index("ix_tokens_group_id", "group_id"),
    Index("ix_tokens_app_id", "app_id"),
    Index("ix_tokens_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("app_id", Id, ForeignKey(apps.c.id), nullable=False),
    Column("protocol", Text, nullable=False),
    Column("scope", Id, nullable=False),
    Column("parameters", Json(dict[str, str]), nullable=False),
    Column("authenticated_at", Id, nullable=False),
    Column("family", Bytes, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Index("ix_refresh_tokens_user_id", "user_id"),
    Index("ix_refresh_tokens_app_id", "app_id"),
    Index("ix_refresh_tokens_expires_at", "expires_at"),
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
        tokens.c.app_id,
        tokens.c.protocol,
        tokens.c.family,
    )
    .select_from(tokens)
    .outerjoin(users, users.c.id == tokens.c.user_id)
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
_KINDS = (tokens, refresh_tokens)
_app_id = bindparam("app_id", type_=Id)
_FAMILY = [
    Statement(
        delete(kind).where(kind.c.user_id == _user_id, kind.c.family == bindparam("family", type_=Bytes))
    )
    for kind in _KINDS
]
_OF_BOTH = [
    Statement(delete(kind).where(kind.c.user_id == _user_id, kind.c.app_id == _app_id)) for kind in _KINDS
]
_OF_PROTOCOL = [
    Statement(
        delete(kind).where(
            kind.c.user_id == _user_id,
            kind.c.app_id == _app_id,
            kind.c.protocol == bindparam("protocol", type_=Text),
        )
    )
    for kind in _KINDS
]
_OF_APP = [Statement(delete(kind).where(kind.c.app_id == _app_id)) for kind in _KINDS]
_SERVICE = Statement(delete(tokens).where(tokens.c.app_id == _app_id, tokens.c.user_id.is_(None)))
_REFRESH_OF_USER = Statement(delete(refresh_tokens).where(refresh_tokens.c.user_id == _user_id))
_APP_USES = Statement(
    select(tokens.c.app_id, func.max(tokens.c.used_at))
    .where(tokens.c.user_id == _user_id, tokens.c.app_id.is_not(None))
    .group_by(tokens.c.app_id),
    lambda app_id, used_at: (app_id, used_at),
)
_FIND_REFRESH = Statement(
    select(refresh_tokens)
    .where(refresh_tokens.c.token_hash == bindparam("token_hash", type_=Bytes))
    .with_for_update(),
    lambda *row: RefreshToken(**dict(zip(RefreshToken.__struct_fields__, row, strict=True))),
)
_INSERT_REFRESH = Statement(insert_all(refresh_tokens))
_USE_REFRESH = Statement(
    update(refresh_tokens)
    .where(refresh_tokens.c.token_hash == _token_hash, refresh_tokens.c.used_at == 0)
    .values(used_at=bindparam("at", type_=Id))
)
_before = bindparam("before", type_=Id)
_PRUNE_REFRESH = Statement(delete(refresh_tokens).where(refresh_tokens.c.expires_at < _before))
_PRUNE = Statement(delete(tokens).where(tokens.c.expires_at > 0, tokens.c.expires_at < _before))
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
    """Revoke all tokens of a user, and what could become one; return how many access tokens."""
    await delete_codes(tx, user_id)
    await tx.run(_REFRESH_OF_USER, user_id=user_id)
    return await tx.run(_DELETE_ALL, user_id=user_id)


async def delete_family(tx: Transaction, user_id: int, family: bytes) -> None:
    """Revoke the tokens that came from one log-in."""
    for statement in _FAMILY:
        await tx.run(statement, user_id=user_id, family=family)


async def delete_app_tokens(tx: Transaction, user_id: int, app_id: int, protocol: str = "") -> None:
    """Revoke what an app has of a user: codes, access and refresh tokens, of all protocols or one."""
    await delete_codes(tx, user_id, app_id, protocol)
    for statement in _OF_PROTOCOL if protocol else _OF_BOTH:
        values = {"user_id": user_id, "app_id": app_id} | ({"protocol": protocol} if protocol else {})
        await tx.run(statement, **values)


async def delete_tokens_of_app(tx: Transaction, app_id: int) -> None:
    """Revoke all tokens that an app has, its service tokens too."""
    for statement in _OF_APP:
        await tx.run(statement, app_id=app_id)


async def delete_service_tokens(tx: Transaction, app_id: int) -> None:
    """Revoke the tokens that stand for an app itself."""
    await tx.run(_SERVICE, app_id=app_id)


async def find_app_uses(tx: Transaction, user_id: int) -> dict[int, int]:
    """Return when each app last used a token of a user, by the app's id; 0 for never."""
    return dict(await tx.rows(_APP_USES, user_id=user_id))


async def find_refresh_token(tx: Transaction, token_hash: bytes) -> RefreshToken | None:
    """Return a refresh token, also an expired or used one, holding it until the end of the transaction."""
    return await tx.row(_FIND_REFRESH, token_hash=token_hash)


async def insert_refresh_token(tx: Transaction, token: RefreshToken) -> None:
    """Store a refresh token."""
    await tx.run(_INSERT_REFRESH, **{name: getattr(token, name) for name in token.__struct_fields__})


async def use_refresh_token(tx: Transaction, token_hash: bytes, now: int) -> bool:
    """Mark a refresh token as used; False if it was."""
    return await tx.run(_USE_REFRESH, token_hash=token_hash, at=now) > 0


async def prune_tokens(tx: Transaction, before: int) -> None:
    """Forget access and refresh tokens that expired before a Unix time."""
    await tx.run(_PRUNE_REFRESH, before=before)
    await tx.run(_PRUNE, before=before)


async def touch_tokens(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Store when tokens (`token_hash`) were last used (`at`)."""
    await tx.run_many(_TOUCH, rows)
