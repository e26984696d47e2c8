"""Access tokens: giving them out, telling whose they are, revoking them."""

import secrets

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.groups import get_managed_group
from dvor.core.secrets import hash_secret
from dvor.model.errors import UserNotFound
from dvor.model.groups import Role
from dvor.model.tokens import FULL_SCOPE, METHOD_PROTOCOLS, IdentifiedToken, Scope, Token
from dvor.store.database import Transaction
from dvor.store.tokens import (
    delete_family,
    delete_token,
    delete_tokens,
    find_token,
    insert_token,
    list_tokens,
)
from dvor.store.users import load_users

__all__ = [
    "ANONYMOUS",
    "Caller",
    "describe_token",
    "identify",
    "is_alive",
    "is_expired",
    "issue_token",
    "list_tokens",
    "revoke_all_tokens",
    "revoke_family",
    "revoke_token",
]

TOKEN_PREFIX = "dvor_"
"""Lets secret scanners know a token when they see one."""


class Caller(Struct, frozen=True):
    """Who makes a call: a user, or (`user_id` 0) a community or an app by its own token, or nobody in particular.

    The bits of `scope` are those of the token's protocol; `app_id` is 0 for a token that was given to no app.
    """

    user_id: int = 0
    scope: Scope = Scope(0)
    platform: str = ""
    token_hash: bytes = b""
    deactivated: str | None = None
    group_id: int = 0
    app_id: int = 0
    protocol: str = "vk"
    family: bytes = b""


ANONYMOUS = Caller()


async def issue_token(
    courtyard: Courtyard,
    user_id: int,
    *,
    scope: Scope = FULL_SCOPE,
    platform: str = "",
    lifetime: int = 0,
    group_id: int = 0,
) -> str:
    """Make a token and return its text, which is shown this once; `lifetime` 0 seconds means without end.

    With `group_id` it acts for that community, of which the user must be an administrator (`AccessDenied`).
    """
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    now = courtyard.now
    expires_at = now + lifetime if lifetime else 0
    token = Token(hash_secret(text), user_id, int(scope), platform, now, expires_at, 0, group_id)

    async def write(tx: Transaction) -> None:
        if not await load_users(tx, [user_id]):
            raise UserNotFound(str(user_id))
        if group_id:
            await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
        await insert_token(tx, token)

    await courtyard.database.write(write)
    return text


async def identify(
    tx: Transaction, text: str, now: int, *, protocols: frozenset[str] = METHOD_PROTOCOLS
) -> Caller | None:
    """Return whose token this is; None if it is unknown, revoked, expired, or meant for other doors."""
    token = await find_token(tx, hash_secret(text))
    if token is None or (token.expires_at and token.expires_at <= now) or token.protocol not in protocols:
        return None
    return Caller(
        0 if token.group_id else token.user_id or 0,
        Scope(token.scope),
        token.platform,
        token.token_hash,
        token.deactivated,
        token.group_id,
        token.app_id or 0,
        token.protocol,
        token.family,
    )


async def describe_token(tx: Transaction, text: str, now: int) -> IdentifiedToken | None:
    """Return what is stored of a token that is good now."""
    token = await find_token(tx, hash_secret(text))
    if token is None or token.deactivated or 0 < token.expires_at <= now:
        return None
    return token


async def is_expired(tx: Transaction, text: str, now: int) -> bool:
    """Say whether there is such a token, and its time is over."""
    token = await find_token(tx, hash_secret(text))
    return token is not None and 0 < token.expires_at <= now


async def is_alive(tx: Transaction, token_hash: bytes, now: int) -> bool:
    """Say whether a token is still good."""
    token = await find_token(tx, token_hash)
    return token is not None and not token.deactivated and not 0 < token.expires_at <= now


async def revoke_token(tx: Transaction, text: str) -> bool:
    """Revoke one token by its text; say whether there was one."""
    return await delete_token(tx, hash_secret(text))


async def revoke_all_tokens(tx: Transaction, user_id: int) -> int:
    """Revoke all tokens of a user; return how many."""
    return await delete_tokens(tx, user_id)


async def revoke_family(tx: Transaction, caller: Caller) -> None:
    """Revoke the token of this caller, and those that came from the same log-in."""
    if caller.user_id and caller.family:
        await delete_family(tx, caller.user_id, caller.family)
    else:
        await delete_token(tx, caller.token_hash)
