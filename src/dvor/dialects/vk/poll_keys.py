"""Keys of long polls, and waiting with one.

A key is signed, not stored: it names the receiver (a user, or below zero a community), the access token that it was
given for, when it ends, and whether the client is an OpenVK one.
"""

import asyncio
import base64

import msgspec
from msgspec import Struct
from starlette.types import Receive, Scope

from dvor.core.courtyard import Courtyard
from dvor.core.events import News, get_cursor, wait_for_events
from dvor.core.secrets import SIGNATURE_BYTES
from dvor.core.tokens import is_alive
from dvor.dialects.vk import wire
from dvor.methods.declaration import Call
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.events import Cursor

KEY_SECONDS = 3600
KEY_PURPOSE = "long poll key"


class PollRefused(Exception):
    """A poll is answered `failed`: 2 for a new key, 3 for a new start, 4 for a version that there is not."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class PollKey(Struct, frozen=True, array_like=True):
    """What a long poll key says."""

    receiver_id: int
    expires_at: int
    is_versioned: bool
    token_hash: bytes
    is_bot: bool = False


async def make_poll_key(call: Call, receiver_id: int, *, is_bot: bool = False) -> tuple[str, Cursor]:
    """Return a key for the events of a user or a community, and the newest of them."""
    cursor = await get_cursor(call.tx, receiver_id)
    expires_at = call.now + KEY_SECONDS
    key = PollKey(receiver_id, expires_at, call.is_versioned, call.caller.token_hash, is_bot)
    body = msgspec.msgpack.encode(key)
    signed = body + call.courtyard.master_key.sign(KEY_PURPOSE, body)
    return base64.urlsafe_b64encode(signed).decode().rstrip("="), cursor


async def make_poll_server(call: Call, receiver_id: int) -> tuple[str, str, Cursor]:
    """Return the address, the key and the newest event of the user long poll."""
    key, cursor = await make_poll_key(call, receiver_id)
    url = f"{call.courtyard.public_url}/nim{abs(receiver_id)}"
    return url.partition("://")[2] if call.is_versioned else url, key, cursor


def read_poll_key(courtyard: Courtyard, text: str) -> PollKey | None:
    """Return what a key says; None if it is not ours."""
    try:
        signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        body, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
        if not courtyard.master_key.is_signed(KEY_PURPOSE, body, signature):
            return None
        return msgspec.msgpack.decode(body, type=PollKey)
    except (ValueError, msgspec.DecodeError):
        return None


async def open_poll_key(courtyard: Courtyard, text: str, *, is_bot: bool = False) -> PollKey:
    """Return what a good key says; `PollRefused`: 3 if it is not ours or its token is revoked, 2 if its hour is over."""
    key = read_poll_key(courtyard, text)
    if key is None or key.is_bot is not is_bot:
        raise PollRefused(3)
    if key.expires_at <= courtyard.now:
        raise PollRefused(2)
    async with courtyard.database.read() as tx:
        if not await is_alive(tx, key.token_hash, courtyard.now):
            raise PollRefused(3)
    return key


async def read_poll(courtyard: Courtyard, scope: Scope, receive: Receive) -> dict[str, str]:
    """Return the parameters of a poll; `InvalidParameter`, `ClientGone`.

    The request is read to its end: what is received after it says that the client has gone.
    """
    limit = courtyard.settings.form_limit
    texts = await wire.read_parameters(scope, receive, limit, wire.read_query(scope))
    if scope["method"] in ("GET", "HEAD"):
        await wire.read_body(receive, limit)
    if texts.get("act") != "a_check":
        raise InvalidParameter("act", "is not a_check")
    return texts


async def wait_for_news(
    courtyard: Courtyard, receiver_id: int, after: int, seconds: float, receive: Receive
) -> News | None:
    """Wait for events; None if the client goes away meanwhile.  The request has been read to its end.

    Errors of `wait_for_events`; who no longer exists has no key either: `PollRefused`.
    """
    leaving = asyncio.ensure_future(receive())
    try:
        news = await wait_for_events(courtyard, receiver_id, after, seconds, leaving)
        return None if leaving.done() else news
    except UserNotFound as error:
        raise PollRefused(3) from error
    finally:
        leaving.cancel()
