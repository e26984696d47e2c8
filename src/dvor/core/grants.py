"""Grants: an app gets its tokens for a code, for a refresh token, or for itself, and loses them."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.authorizations import require_consent
from dvor.core.courtyard import Courtyard
from dvor.core.groups import get_managed_group
from dvor.core.secrets import hash_secret
from dvor.core.tokens import TOKEN_PREFIX
from dvor.model import authorizations as model
from dvor.model.apps import App
from dvor.model.authorizations import AuthorizationCode, AuthorizationRequest, Grant, RefreshToken
from dvor.model.errors import CodeInvalid, RedirectMismatch, Refusal, VerifierMismatch
from dvor.model.groups import Role
from dvor.model.tokens import REFRESH_SECONDS, Token, has_refresh_token, token_lifetime
from dvor.store import authorizations as store
from dvor.store.database import Transaction
from dvor.store.tokens import (
    delete_app_tokens,
    delete_family,
    delete_token,
    find_refresh_token,
    find_token,
    insert_refresh_token,
    insert_token,
    use_refresh_token,
)


class _Drawn(Struct, frozen=True):
    """Random texts, drawn before the transaction that may store them."""

    access: bytes
    refresh: str
    groups: list[str]

    def access_text(self, protocol: str) -> str:
        """Return the access token in the shape of its protocol: Sngine's are 32 hexadecimal digits."""
        if protocol == "sngine":
            return self.access[:16].hex()
        return TOKEN_PREFIX + urlsafe_b64encode(self.access).decode().rstrip("=")


def _draw() -> _Drawn:
    groups = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in range(model.MAX_GROUPS)]
    return _Drawn(secrets.token_bytes(32), TOKEN_PREFIX + "refresh_" + secrets.token_urlsafe(32), groups)


async def redeem_code(
    courtyard: Courtyard,
    app: App,
    text: str,
    *,
    protocols: Collection[str],
    redirect_uri: str | None,
    verifier: str = "",
    parameters: Mapping[str, str] | None = None,
) -> Grant:
    """Give the app its tokens for a code.  A code that comes twice kills what was given for it the first time.

    `redirect_uri` None is not looked at (Sngine has none); `parameters` must be those that the code was given with.
    Errors: `CodeInvalid`, `RedirectMismatch`, `VerifierMismatch`.
    """
    drawn, now = _draw(), courtyard.now

    async def write(tx: Transaction) -> Grant | Refusal:
        code = await store.find_code(tx, hash_secret(text))
        if code is None or code.app_id != app.id or code.protocol not in protocols:
            return CodeInvalid()
        if code.used_at:
            await delete_family(tx, code.user_id, code.family)
            return CodeInvalid()
        if code.expires_at <= now or any(
            code.parameters.get(name) != value for name, value in (parameters or {}).items()
        ):
            return CodeInvalid()
        if redirect_uri is not None and redirect_uri != code.redirect_uri:
            return RedirectMismatch()
        if not model.proves(code.challenge, verifier):
            return VerifierMismatch()
        await store.use_code(tx, code.code_hash, now)
        if code.protocol == "sngine":
            await delete_app_tokens(tx, code.user_id, app.id, code.protocol)
            # the used code went with them, and would not be noticed when it comes again
            await store.insert_code(tx, replace(code, used_at=now))
        return await _give(tx, code, code.scope, drawn, app, now)

    return _raise_or_return(await courtyard.database.write(write))


async def refresh_grant(
    courtyard: Courtyard,
    app: App,
    text: str,
    *,
    protocols: Collection[str],
    scope: int | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Grant:
    """Give new tokens for a refresh token, which is used up; one that comes twice kills its whole family.

    `scope` may be narrower than before.  Errors: `CodeInvalid`.
    """
    drawn, now = _draw(), courtyard.now

    async def write(tx: Transaction) -> Grant | Refusal:
        token = await find_refresh_token(tx, hash_secret(text))
        if token is None or token.app_id != app.id or token.protocol not in protocols:
            return CodeInvalid()
        if token.used_at:
            await delete_family(tx, token.user_id, token.family)
            return CodeInvalid()
        if token.expires_at <= now or any(
            token.parameters.get(name) != value for name, value in (parameters or {}).items()
        ):
            return CodeInvalid()
        wanted = token.scope if scope is None else scope
        if wanted & ~token.scope:
            return CodeInvalid("the scope is wider than before")
        await use_refresh_token(tx, token.token_hash, now)
        return await _give(tx, token, wanted, drawn, app, now)

    return _raise_or_return(await courtyard.database.write(write))


def _raise_or_return(result: Grant | Refusal) -> Grant:
    """Raise only now: inside the transaction it would take back the revocation that goes with the refusal."""
    if isinstance(result, Refusal):
        raise result
    return result


async def _give(
    tx: Transaction, origin: AuthorizationCode | RefreshToken, scope: int, drawn: _Drawn, app: App, now: int
) -> Grant:
    if group_ids := model.read_group_ids(origin.parameters):
        return await _give_group_tokens(tx, origin, group_ids, drawn, app, now)
    protocol, access = origin.protocol, drawn.access_text(origin.protocol)
    lifetime = token_lifetime(protocol, scope)
    await insert_token(
        tx,
        Token(
            hash_secret(access),
            origin.user_id,
            scope,
            app.title[:64],
            now,
            now + lifetime if lifetime else 0,
            0,
            app_id=app.id,
            protocol=protocol,
            family=origin.family,
        ),
    )
    refreshes = has_refresh_token(protocol, origin.scope)
    if refreshes:
        await insert_refresh_token(
            tx,
            RefreshToken(
                token_hash=hash_secret(drawn.refresh),
                user_id=origin.user_id,
                app_id=app.id,
                protocol=protocol,
                scope=origin.scope,
                parameters=origin.parameters,
                authenticated_at=origin.authenticated_at,
                family=origin.family,
                expires_at=now + REFRESH_SECONDS,
                used_at=0,
            ),
        )
    return Grant(
        access_token=access,
        refresh_token=drawn.refresh if refreshes else "",
        lifetime=lifetime,
        user_id=origin.user_id,
        scope=scope,
        parameters=origin.parameters,
        authenticated_at=origin.authenticated_at,
    )


async def _give_group_tokens(
    tx: Transaction,
    origin: AuthorizationCode | RefreshToken,
    group_ids: list[int],
    drawn: _Drawn,
    app: App,
    now: int,
) -> Grant:
    """Give tokens that act for communities, without end as VK's; `AccessDenied` if the person does not administer one."""
    given = dict(zip(group_ids, drawn.groups, strict=False))
    for group_id, text in given.items():
        await get_managed_group(tx, origin.user_id, group_id, Role.ADMINISTRATOR)
        token = Token(
            hash_secret(text),
            origin.user_id,
            origin.scope,
            app.title[:64],
            now,
            0,
            0,
            group_id=group_id,
            app_id=app.id,
            protocol=origin.protocol,
            family=origin.family,
        )
        await insert_token(tx, token)
    return Grant(
        access_token="",
        refresh_token="",
        lifetime=0,
        user_id=origin.user_id,
        scope=origin.scope,
        parameters=origin.parameters,
        authenticated_at=origin.authenticated_at,
        group_tokens=given,
    )


async def grant_directly(courtyard: Courtyard, request: AuthorizationRequest, app: App) -> Grant:
    """Give the app of an allowed request a token without a code (the implicit flow)."""
    drawn, now = _draw(), courtyard.now
    origin = AuthorizationCode(
        code_hash=b"",
        user_id=request.user_id,
        app_id=app.id,
        protocol=request.protocol,
        redirect_uri=request.redirect_uri,
        scope=request.granted,
        challenge="",
        parameters=request.parameters,
        authenticated_at=request.authenticated_at,
        family=secrets.token_bytes(16),
        expires_at=0,
        used_at=0,
    )

    async def write(tx: Transaction) -> Grant:
        await require_consent(tx, request)
        return await _give(tx, origin, request.granted, drawn, app, now)

    return await courtyard.database.write(write)


async def grant_service_token(courtyard: Courtyard, app: App, protocol: str, lifetime: int) -> str:
    """Give an app a token that stands for itself (the grant of client credentials)."""
    text, now = _draw().access_text(protocol), courtyard.now
    expires_at = now + lifetime if lifetime else 0
    token = Token(
        hash_secret(text), None, 0, app.title[:64], now, expires_at, 0, app_id=app.id, protocol=protocol
    )
    await courtyard.database.write(lambda tx: insert_token(tx, token))
    return text


async def revoke_by_text(courtyard: Courtyard, app: App, text: str) -> None:
    """Revoke an access or a refresh token of an app, with all of its log-in (RFC 7009); unknown ones are passed over."""
    token_hash = hash_secret(text)

    async def write(tx: Transaction) -> None:
        refresh = await find_refresh_token(tx, token_hash)
        if refresh is not None and refresh.app_id == app.id:
            await delete_family(tx, refresh.user_id, refresh.family)
            return
        token = await find_token(tx, token_hash)
        if token is not None and token.app_id == app.id:
            if token.user_id and token.family:
                await delete_family(tx, token.user_id, token.family)
            else:
                await delete_token(tx, token_hash)

    await courtyard.database.write(write)
