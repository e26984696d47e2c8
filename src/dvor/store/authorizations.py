"""Authorization requests that wait for a person, and codes that wait for an app."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select, update

from dvor.model.authorizations import AuthorizationCode, AuthorizationRequest
from dvor.store.apps import apps
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users

authorization_requests = Table(
    "authorization_requests",
    metadata,
    Column("request_hash", Bytes, primary_key=True),
    Column("app_id", Id, ForeignKey(apps.c.id), nullable=False),
    Column("protocol", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("scope", Id, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("max_age", Id, nullable=False),
    Column("parameters", Json(dict[str, str]), nullable=False),
    Column("created_at", Id, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("granted", Id, nullable=False),
    Column("authenticated_at", Id, nullable=False),
    Column("ticket_hash", Bytes),
    Index("ix_authorization_requests_app_id", "app_id"),
    Index("ix_authorization_requests_expires_at", "expires_at"),
    Index("uq_authorization_requests_ticket_hash", "ticket_hash", unique=True),
    sqlite_with_rowid=False,
)
"""`user_id` 0 until a person has answered, and then not for those who are not logged in."""

authorization_codes = Table(
    "authorization_codes",
    metadata,
    Column("code_hash", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey(users.c.id), nullable=False),
    Column("app_id", Id, ForeignKey(apps.c.id), nullable=False),
    Column("protocol", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("scope", Id, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("parameters", Json(dict[str, str]), nullable=False),
    Column("authenticated_at", Id, nullable=False),
    Column("family", Bytes, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Index("ix_authorization_codes_user_id", "user_id"),
    Index("ix_authorization_codes_app_id", "app_id"),
    Index("ix_authorization_codes_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_request_hash = bindparam("request_hash", type_=Bytes)
_code_hash = bindparam("code_hash", type_=Bytes)
_app_id = bindparam("app_id", type_=Id)
_user_id = bindparam("user_id", type_=Id)
_before = bindparam("before", type_=Id)


def _request(*row: Any) -> AuthorizationRequest:
    return AuthorizationRequest(**dict(zip(AuthorizationRequest.__struct_fields__, row, strict=True)))


def _code(*row: Any) -> AuthorizationCode:
    return AuthorizationCode(**dict(zip(AuthorizationCode.__struct_fields__, row, strict=True)))


_REQUEST = Statement(
    select(authorization_requests).where(authorization_requests.c.request_hash == _request_hash), _request
)
_REQUEST_OF_TICKET = Statement(
    select(authorization_requests).where(
        authorization_requests.c.ticket_hash == bindparam("ticket_hash", type_=Bytes)
    ),
    _request,
)
_INSERT_REQUEST = Statement(insert_all(authorization_requests))
_ANSWER = Statement(
    update(authorization_requests)
    .where(authorization_requests.c.request_hash == _request_hash, authorization_requests.c.outcome == "")
    .values(
        outcome=bindparam("new_outcome", type_=Text),
        user_id=bindparam("new_user_id", type_=Id),
        granted=bindparam("new_granted", type_=Id),
        authenticated_at=bindparam("at", type_=Id),
        ticket_hash=bindparam("new_ticket_hash", type_=Bytes),
        expires_at=bindparam("until", type_=Id),
    )
)
_DELETE_REQUEST = Statement(
    delete(authorization_requests).where(authorization_requests.c.request_hash == _request_hash)
)
_PRUNE_REQUESTS = Statement(
    delete(authorization_requests).where(authorization_requests.c.expires_at < _before)
)
_REQUESTS_OF_APP = Statement(delete(authorization_requests).where(authorization_requests.c.app_id == _app_id))
_CODE = Statement(
    select(authorization_codes).where(authorization_codes.c.code_hash == _code_hash).with_for_update(), _code
)
_INSERT_CODE = Statement(insert_all(authorization_codes))
_USE_CODE = Statement(
    update(authorization_codes)
    .where(authorization_codes.c.code_hash == _code_hash, authorization_codes.c.used_at == 0)
    .values(used_at=bindparam("at", type_=Id))
)
_PRUNE_CODES = Statement(delete(authorization_codes).where(authorization_codes.c.expires_at < _before))
_CODES_OF_USER = Statement(delete(authorization_codes).where(authorization_codes.c.user_id == _user_id))
_CODES_OF_BOTH = Statement(
    delete(authorization_codes).where(
        authorization_codes.c.user_id == _user_id, authorization_codes.c.app_id == _app_id
    )
)
_CODES_OF_PROTOCOL = Statement(
    delete(authorization_codes).where(
        authorization_codes.c.user_id == _user_id,
        authorization_codes.c.app_id == _app_id,
        authorization_codes.c.protocol == bindparam("protocol", type_=Text),
    )
)
_CODES_OF_APP = Statement(delete(authorization_codes).where(authorization_codes.c.app_id == _app_id))


async def find_request(tx: Transaction, request_hash: bytes) -> AuthorizationRequest | None:
    """Return a request, also an expired or answered one."""
    return await tx.row(_REQUEST, request_hash=request_hash)


async def find_answered_request(tx: Transaction, ticket_hash: bytes) -> AuthorizationRequest | None:
    """Return the request that a ticket was given for."""
    return await tx.row(_REQUEST_OF_TICKET, ticket_hash=ticket_hash)


async def insert_request(tx: Transaction, request: AuthorizationRequest) -> None:
    """Store a request."""
    await tx.run(_INSERT_REQUEST, **{name: getattr(request, name) for name in request.__struct_fields__})


async def answer_request(
    tx: Transaction,
    request_hash: bytes,
    *,
    outcome: str,
    user_id: int,
    granted: int,
    authenticated_at: int,
    ticket_hash: bytes,
    until: int,
) -> bool:
    """Store a person's answer; False if there is one already."""
    changed = await tx.run(
        _ANSWER,
        request_hash=request_hash,
        new_outcome=outcome,
        new_user_id=user_id,
        new_granted=granted,
        at=authenticated_at,
        new_ticket_hash=ticket_hash,
        until=until,
    )
    return changed > 0


async def delete_request(tx: Transaction, request_hash: bytes) -> bool:
    """Forget a request; say whether there was one."""
    return await tx.run(_DELETE_REQUEST, request_hash=request_hash) > 0


async def find_code(tx: Transaction, code_hash: bytes) -> AuthorizationCode | None:
    """Return a code, also an expired or used one, holding it until the end of the transaction."""
    return await tx.row(_CODE, code_hash=code_hash)


async def insert_code(tx: Transaction, code: AuthorizationCode) -> None:
    """Store a code."""
    await tx.run(_INSERT_CODE, **{name: getattr(code, name) for name in code.__struct_fields__})


async def use_code(tx: Transaction, code_hash: bytes, now: int) -> bool:
    """Mark a code as redeemed; False if it was."""
    return await tx.run(_USE_CODE, code_hash=code_hash, at=now) > 0


async def delete_codes(tx: Transaction, user_id: int, app_id: int | None = None, protocol: str = "") -> None:
    """Forget the codes of a user, of an app (or all), of a protocol (or all)."""
    if app_id is None:
        await tx.run(_CODES_OF_USER, user_id=user_id)
    elif not protocol:
        await tx.run(_CODES_OF_BOTH, user_id=user_id, app_id=app_id)
    else:
        await tx.run(_CODES_OF_PROTOCOL, user_id=user_id, app_id=app_id, protocol=protocol)


async def delete_authorizations_of_app(tx: Transaction, app_id: int) -> None:
    """Forget an app's requests and codes."""
    await tx.run(_REQUESTS_OF_APP, app_id=app_id)
    await tx.run(_CODES_OF_APP, app_id=app_id)


async def prune_requests(tx: Transaction, before: int) -> None:
    """Forget requests that expired before a Unix time."""
    await tx.run(_PRUNE_REQUESTS, before=before)


async def prune_codes(tx: Transaction, before: int) -> None:
    """Forget codes that expired before a Unix time."""
    await tx.run(_PRUNE_CODES, before=before)
