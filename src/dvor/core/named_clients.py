"""Named clients: programs that are not registered here and ask for a token by a name that nobody has checked.

It is OpenVK's flow: the person is told where the token goes and asked each time; nothing is remembered.
"""

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.letters import draw_link, look_at_link, use_link
from dvor.core.tokens import issue_token
from dvor.model.errors import LinkInvalid, RequestExpired
from dvor.model.letters import NAMED_ANSWER, NAMED_REQUEST, Link
from dvor.model.tokens import Token
from dvor.store.database import Transaction
from dvor.store.letters import insert_link
from dvor.store.tokens import delete_token, list_tokens

MAX_NAME_LENGTH = 64
ALLOWED, DENIED = "allowed", "denied"


class NamedRequest(Struct, frozen=True):
    """What a named client asks for: its name, where the answer goes, and whether behind a `#`; `door` goes on there."""

    client_name: str
    redirect_uri: str
    response_type: str
    door: str


class NamedAnswer(Struct, frozen=True):
    """What the person has said, and the token if it was yes."""

    request: NamedRequest
    user_id: int
    token: str = ""


async def begin_named_request(courtyard: Courtyard, request: NamedRequest) -> str:
    """Store what a client asks for; return the secret under which the page finds it."""
    body = {name: getattr(request, name) for name in request.__struct_fields__}
    secret, link = draw_link(courtyard, NAMED_REQUEST, None, body)
    await courtyard.database.write(lambda tx: insert_link(tx, link))
    return secret


async def find_named_request(tx: Transaction, secret: str, now: int) -> NamedRequest:
    """Return a request that waits for its answer; `RequestExpired`."""
    try:
        return NamedRequest(**(await look_at_link(tx, NAMED_REQUEST, secret, now)).body)
    except LinkInvalid:
        raise RequestExpired from None


async def answer_named_request(courtyard: Courtyard, secret: str, user_id: int, *, is_allowed: bool) -> str:
    """Store the person's answer, once; return the path where the door goes on."""
    now, drawn = courtyard.now, draw_link(courtyard, NAMED_ANSWER, user_id, {})

    async def write(tx: Transaction) -> str:
        asked = await use_link(tx, NAMED_REQUEST, secret, now)
        outcome = ALLOWED if is_allowed else DENIED
        body = asked.body | {"outcome": outcome}
        link = drawn[1]
        await insert_link(tx, Link(link.secret_hash, link.purpose, user_id, body, link.expires_at))
        return asked.body["door"]

    try:
        return f"{await courtyard.database.write(write)}?ticket={drawn[0]}"
    except LinkInvalid:
        raise RequestExpired from None


async def take_named_answer(courtyard: Courtyard, ticket: str) -> NamedAnswer:
    """Return what the person has said, once, with a new token if it was yes; `RequestExpired`."""
    now = courtyard.now
    try:
        link = await courtyard.database.write(lambda tx: use_link(tx, NAMED_ANSWER, ticket, now))
    except LinkInvalid:
        raise RequestExpired from None
    outcome = link.body["outcome"]
    request = NamedRequest(**{name: link.body[name] for name in NamedRequest.__struct_fields__})
    user_id = link.user_id or 0
    if outcome != ALLOWED:
        return NamedAnswer(request, user_id)
    token = await issue_token(
        courtyard, user_id, platform=request.client_name, lifetime=courtyard.settings.token_lifetime
    )
    return NamedAnswer(request, user_id, token)


async def list_programs(tx: Transaction, user_id: int, now: int) -> list[Token]:
    """Return the tokens that a person gave to programs which are no apps, the newest first."""
    own = await list_tokens(tx, user_id)
    return [
        one
        for one in reversed(own)
        if one.app_id is None and not one.group_id and not 0 < one.expires_at <= now
    ]


async def remove_program(tx: Transaction, user_id: int, token_hash: bytes) -> bool:
    """Revoke the token of a program; False if it is not this person's."""
    own = await list_tokens(tx, user_id)
    return any(one.token_hash == token_hash for one in own) and await delete_token(tx, token_hash)
