"""The user long poll: waiting at `/nim<id>` for events, in VK's versions 3 and 19.

A key is signed, not stored: it names the user, the access token that it was given for, when it ends, and whether the
client is an OpenVK one.  Sources: dev.vk.com, user long poll; longpoll-doc (version 19); OpenVK cff21778.
"""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.events import News, get_cursor, wait_for_events
from dvor.core.secrets import SIGNATURE_BYTES
from dvor.core.tokens import is_alive
from dvor.dialects.vk import wire
from dvor.methods.declaration import Call
from dvor.model.errors import CursorTooOld, InvalidParameter, UserNotFound
from dvor.model.events import Cursor, Event, MessageEvent

KEY_SECONDS = 3600
KEY_PURPOSE = "long poll key"
DEFAULT_WAIT = 25
MAX_VERSION = 19
NUMBERED_FROM = 10
"""From this version on messages are told by their number within the conversation."""
MAX_CURSORS = 10_000

UNREAD, OUTBOX, MEDIA = 1, 2, 512
WITH_ATTACHMENTS, WITH_EXTRA, WITH_PTS, WITH_RANDOM_ID = 2, 8, 32, 128

_log = structlog.get_logger("dvor.vk")


class PollKey(Struct, frozen=True, array_like=True):
    """What a long poll key says."""

    user_id: int
    expires_at: int
    is_versioned: bool
    token_hash: bytes


async def make_poll_server(call: Call) -> tuple[str, str, Cursor]:
    """Return the address, the key and the newest event of the caller's long poll."""
    courtyard = call.courtyard
    cursor = await get_cursor(call.tx, call.user_id)
    body = msgspec.msgpack.encode(
        PollKey(call.user_id, call.now + KEY_SECONDS, call.is_versioned, call.caller.token_hash)
    )
    key = base64.urlsafe_b64encode(body + courtyard.master_key.sign(KEY_PURPOSE, body)).decode().rstrip("=")
    url = f"{courtyard.public_url}/nim{call.user_id}"
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


class PollParams(Struct, frozen=True):
    """The parameters of a poll: `ts` the newest event known, `wait` in seconds, `mode` a mask of what to add."""

    ts: int
    wait: float = DEFAULT_WAIT
    mode: int = 0
    version: int = 0


class LongPollEndpoint:
    """Answers polls."""

    def __init__(
        self, courtyard: Courtyard, count_waiting: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._courtyard = courtyard
        self._count_waiting = count_waiting
        self._sent: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one poll at `/nim<id>`, GET or POST."""
        if scope["method"] == "OPTIONS":
            await wire.send_preflight(scope, send)
            return
        try:
            query = wire.read_query(scope)
            texts = await wire.read_parameters(scope, receive, self._courtyard.settings.form_limit, query)
        except wire.ClientGone:
            return
        except InvalidParameter as refusal:
            await wire.send_json(
                send, 400, wire.error_body(100, refusal.detail, {}, "a_check", is_versioned=True)
            )
            return
        if texts.get("act") != "a_check":
            body = wire.error_body(100, "act is not a_check", {}, "a_check", is_versioned=True)
            await wire.send_json(send, 400, body)
            return
        try:
            await self._poll(texts, receive, send)
        except Exception:
            _log.exception("a long poll failed")
            await wire.send_json(send, 200, {"failed": 2})

    async def _poll(self, texts: Mapping[str, str], receive: Receive, send: Send) -> None:
        text = texts.get("key", "")
        key = read_poll_key(self._courtyard, text)
        failure = await self._refuse(key)
        if failure is not None or key is None:
            await wire.send_json(send, 200, failure)
            return
        try:
            params = await self._read_params(texts, key)
        except _WrongVersion:
            await wire.send_json(send, 200, {"failed": 4, "min_version": 0, "max_version": MAX_VERSION})
            return
        after = params.ts if key.is_versioned else self._advance(text, params.ts)
        try:
            news = await self._wait(key.user_id, after, params.wait, receive)
        except CursorTooOld as refusal:
            await wire.send_json(send, 200, {"failed": 1, "ts": refusal.newest})
            return
        except UserNotFound:
            await wire.send_json(send, 200, {"failed": 3})
            return
        if news is not None:
            await wire.send_json(send, 200, draw_news(news, key, params))
            if not key.is_versioned:
                self._note_sent(text, params.ts, news.number)

    async def _refuse(self, key: PollKey | None) -> dict[str, int] | None:
        """Return why a key is not good: 3 if it is not ours or its token is revoked, 2 if its hour is over."""
        if key is None:
            return {"failed": 3}
        if key.expires_at <= self._courtyard.now:
            return {"failed": 2}
        async with self._courtyard.database.read() as tx:
            return None if await is_alive(tx, key.token_hash, self._courtyard.now) else {"failed": 3}

    async def _read_params(self, texts: Mapping[str, str], key: PollKey) -> PollParams:
        values = {name: texts[name] for name in PollParams.__struct_fields__ if texts.get(name)}
        try:
            params = msgspec.convert({"ts": 0} | values, PollParams, strict=False)
        except msgspec.ValidationError:
            params = PollParams(-1)
        if not 0 <= params.version <= MAX_VERSION:
            raise _WrongVersion
        ts = params.ts if "ts" in values else (await self._newest(key.user_id)).number
        wait = min(max(params.wait, 0), self._courtyard.settings.poll_wait) or DEFAULT_WAIT
        return PollParams(ts, wait if "wait" in values else DEFAULT_WAIT, params.mode, params.version)

    async def _newest(self, user_id: int) -> Cursor:
        async with self._courtyard.database.read() as tx:
            return await get_cursor(tx, user_id)

    async def _wait(self, user_id: int, after: int, seconds: float, receive: Receive) -> News | None:
        """Wait for events; None if the client goes away meanwhile."""
        with self._count_waiting():
            waiting = asyncio.create_task(wait_for_events(self._courtyard, user_id, after, seconds))
            leaving = asyncio.create_task(_disconnected(receive))
            try:
                await asyncio.wait([waiting, leaving], return_when=asyncio.FIRST_COMPLETED)
                return waiting.result() if waiting.done() else None
            finally:
                waiting.cancel()
                leaving.cancel()

    def _advance(self, key: str, ts: int) -> int:
        """Return where a client stands that asks with the same `ts` for ever, as OpenVK's Android app does."""
        asked, sent = self._sent.get(key, (ts, ts))
        return max(ts, sent) if asked == ts else ts

    def _note_sent(self, key: str, ts: int, number: int) -> None:
        self._sent[key] = (ts, number)
        self._sent.move_to_end(key)
        if len(self._sent) > MAX_CURSORS:
            self._sent.popitem(last=False)


class _WrongVersion(Exception):
    """A version of the long poll that does not exist."""


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def draw_news(news: News, key: PollKey, params: PollParams) -> dict[str, Any]:
    """Return the answer to a poll."""
    updates = [draw_event(event, key.user_id, params, is_full=not key.is_versioned) for event in news.events]
    answer: dict[str, Any] = {"ts": news.number, "updates": updates}
    return answer | {"pts": news.pts} if params.mode & WITH_PTS else answer


def draw_event(event: Event, user_id: int, params: PollParams, *, is_full: bool) -> list[Any]:
    """Return an event as the array that the version asks for; `is_full` adds every part whatever the mode."""
    message = event.body
    flags = UNREAD | (OUTBOX if message.from_id == user_id else 0) | (MEDIA if message.attachments else 0)
    text = escape_text(message.text)
    attachments = draw_attachments(message)
    if params.version >= NUMBERED_FROM:
        head = [10004, message.number, flags, 0, message.peer_id, message.date, text]
        return [*head, {"title": " ... "}, attachments, message.random_id, message.message_id, 0]
    drawn: list[Any] = [4, message.message_id, flags, message.peer_id, message.date, text]
    if is_full or params.mode & (WITH_ATTACHMENTS | WITH_EXTRA | WITH_RANDOM_ID):
        drawn += [{"title": " ... "}, attachments]
    if is_full or params.mode & WITH_RANDOM_ID:
        drawn.append(message.random_id)
    return drawn


def draw_attachments(message: MessageEvent) -> dict[str, str]:
    """Return attachments in the long poll's form: `attach1_type`, `attach1` …"""
    drawn = {}
    for place, one in enumerate(message.attachments, 1):
        drawn[f"attach{place}_type"] = one.type
        drawn[f"attach{place}"] = f"{one.owner_id}_{one.id}"
    return drawn


def escape_text(text: str) -> str:
    """Return a text as the long poll sends it: HTML-escaped, with `<br>` for line breaks."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return escaped.replace("\n", "<br>")
