"""Authorizations: an app asks, a person answers, the app gets a code (what it gets for that: `grants`).

A door reads and checks what an app asks for and stores it (`begin_request`); the page of consent asks the person and
stores the answer (`answer_request`); the door takes it (`take_answer`) and gives the app a code (`issue_code`), once.
"""

import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model import authorizations as model
from dvor.model.apps import App, AppDay
from dvor.model.authorizations import AuthorizationCode, AuthorizationRequest, Outcome
from dvor.model.consents import Consent
from dvor.model.errors import RequestExpired
from dvor.store import authorizations as store
from dvor.store.apps import add_app_days
from dvor.store.consents import find_consents, save_consent
from dvor.store.database import Transaction
from dvor.store.sessions import prune_sessions
from dvor.store.tokens import prune_tokens

DAY = 86400
KEPT_SECONDS = DAY
"""How long used and expired codes are kept, so that using one again is noticed."""


class Asked(Struct, frozen=True, kw_only=True):
    """What a door has found good; see `AuthorizationRequest`."""

    app: App
    protocol: str
    door: str
    redirect_uri: str
    scope: int
    parameters: dict[str, str]
    prompt: str = ""
    max_age: int = -1


async def begin_request(courtyard: Courtyard, asked: Asked) -> str:
    """Store what an app asks for; return the secret id under which the page of consent finds it."""
    text, now = secrets.token_urlsafe(24), courtyard.now
    request = AuthorizationRequest(
        request_hash=hash_secret(text),
        app_id=asked.app.id,
        protocol=asked.protocol,
        door=asked.door,
        redirect_uri=asked.redirect_uri,
        scope=asked.scope,
        prompt=asked.prompt,
        max_age=asked.max_age,
        parameters=asked.parameters,
        created_at=now,
        expires_at=now + model.REQUEST_SECONDS,
        outcome="",
        user_id=0,
        granted=0,
        authenticated_at=0,
        ticket_hash=None,
    )
    await courtyard.database.write(lambda tx: store.insert_request(tx, request))
    return text


async def find_request(tx: Transaction, text: str, now: int) -> AuthorizationRequest:
    """Return a request that waits for its answer; `RequestExpired`."""
    request = await store.find_request(tx, hash_secret(text))
    if request is None or request.outcome or request.expires_at <= now:
        raise RequestExpired
    return request


async def is_consented(tx: Transaction, request: AuthorizationRequest, user_id: int) -> bool:
    """Say whether the user has allowed all this before, to the same host."""
    if "consent" in request.prompt.split():
        return False
    consent = (await find_consents(tx, user_id, request.app_id)).get(request.protocol)
    return (
        consent is not None
        and consent.scope & request.scope == request.scope
        and urlsplit(consent.redirect_uri).netloc == urlsplit(request.redirect_uri).netloc
    )


async def answer_request(
    courtyard: Courtyard,
    text: str,
    outcome: Outcome,
    *,
    user_id: int = 0,
    granted: int = 0,
    authenticated_at: int = 0,
) -> str:
    """Store a person's answer, once; return the path where the door goes on, with a ticket only this browser has.

    Without the ticket somebody who sent another person to the page of consent could fetch that person's code.
    """
    ticket, now = secrets.token_urlsafe(24), courtyard.now
    until = now + model.TICKET_SECONDS

    async def write(tx: Transaction) -> str:
        request = await find_request(tx, text, now)
        allowed = granted & request.scope if outcome == "allowed" else 0
        stored = await store.answer_request(
            tx,
            request.request_hash,
            outcome=outcome,
            user_id=user_id,
            granted=allowed,
            authenticated_at=authenticated_at,
            ticket_hash=hash_secret(ticket),
            until=until,
        )
        if not stored:
            raise RequestExpired
        if outcome == "allowed":
            await _remember(tx, request, user_id, allowed, now)
        return request.door

    return f"{await courtyard.database.write(write)}?ticket={ticket}"


async def _remember(
    tx: Transaction, request: AuthorizationRequest, user_id: int, granted: int, now: int
) -> None:
    known = await find_consents(tx, user_id, request.app_id)
    before = known.get(request.protocol)
    await save_consent(
        tx,
        Consent(
            user_id,
            request.app_id,
            request.protocol,
            granted | (before.scope & ~request.scope if before else 0),
            request.redirect_uri,
            before.created_at if before else now,
            now,
        ),
    )
    await add_app_days(tx, [AppDay(request.app_id, now // DAY, 1, int(not known), 0)])


async def take_answer(courtyard: Courtyard, ticket: str, protocols: Collection[str]) -> AuthorizationRequest:
    """Return an answered request of these protocols, once; `RequestExpired`."""
    now = courtyard.now

    async def write(tx: Transaction) -> AuthorizationRequest:
        request = await store.find_answered_request(tx, hash_secret(ticket))
        if request is None or request.expires_at <= now or request.protocol not in protocols:
            raise RequestExpired
        if not await store.delete_request(tx, request.request_hash):
            raise RequestExpired
        return request

    return await courtyard.database.write(write)


async def require_consent(tx: Transaction, request: AuthorizationRequest) -> None:
    """Refuse (`RequestExpired`) to go on if the person has removed the app while the answer was on its way."""
    if request.protocol not in await find_consents(tx, request.user_id, request.app_id):
        raise RequestExpired


async def issue_code(courtyard: Courtyard, request: AuthorizationRequest, *, challenge: str = "") -> str:
    """Give the app of an allowed request a code, good for ten minutes and one use; `RequestExpired`."""
    text = secrets.token_hex(16) if request.protocol == "sngine" else secrets.token_urlsafe(32)
    code = AuthorizationCode(
        code_hash=hash_secret(text),
        user_id=request.user_id,
        app_id=request.app_id,
        protocol=request.protocol,
        redirect_uri=request.redirect_uri,
        scope=request.granted,
        challenge=challenge,
        parameters=request.parameters,
        authenticated_at=request.authenticated_at,
        family=secrets.token_bytes(16),
        expires_at=courtyard.now + model.CODE_SECONDS,
        used_at=0,
    )

    async def write(tx: Transaction) -> None:
        await require_consent(tx, request)
        if code.protocol == "sngine":  # one live key for each person and app
            await store.delete_codes(tx, code.user_id, code.app_id, code.protocol)
        await store.insert_code(tx, code)

    await courtyard.database.write(write)
    return text


async def prune_authorizations(courtyard: Courtyard) -> None:
    """Forget the requests, codes, tokens and sessions that expired a day ago."""
    now = courtyard.now
    before = now - KEPT_SECONDS

    async def write(tx: Transaction) -> None:
        await store.prune_requests(tx, now)  # anybody can make them, so they are not kept
        await store.prune_codes(tx, before)
        await prune_tokens(tx, before)
        await prune_sessions(tx, before)

    await courtyard.database.write(write)
