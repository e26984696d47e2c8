"""The user long poll: waiting at `/nim<id>` for events, in VK's versions 3 and 19; also of a community's messages.

Sources: dev.vk.com, user long poll; longpoll-doc (version 19); OpenVK cff21778.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from dvor.core.courtyard import Courtyard
from dvor.core.events import get_cursor
from dvor.dialects.vk import wire
from dvor.dialects.vk.poll_events import PollParams, draw_news
from dvor.dialects.vk.poll_keys import PollKey, PollRefused, open_poll_key, read_poll, wait_for_news
from dvor.model.errors import CursorTooOld, InvalidParameter
from dvor.model.events import Cursor

DEFAULT_WAIT = 25
MAX_VERSION = 19
WRONG_VERSION = 4
MAX_CURSORS = 10_000


_log = structlog.get_logger("dvor.vk")


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
            asked = await self._read(scope, receive)
            answer = await self._answer(asked, receive)
        except wire.ClientGone:
            return
        except InvalidParameter as refusal:
            body = wire.error_body(100, refusal.detail, {}, "a_check", is_versioned=True)
            await wire.send_json(send, 400, body)
            return
        except PollRefused as refusal:
            answer = {"failed": refusal.code}
            if refusal.code == WRONG_VERSION:
                answer |= {"min_version": 0, "max_version": MAX_VERSION}
        except CursorTooOld as refusal:
            answer = {"failed": 1, "ts": refusal.newest}
        except Exception:
            _log.exception("a long poll failed")
            answer = {"failed": 2}
        if answer is not None:
            await wire.send_json(send, 200, answer)

    async def _read(self, scope: Scope, receive: Receive) -> "_Asked":
        """Read a poll; `InvalidParameter`, `PollRefused`, `ClientGone`."""
        texts = await read_poll(self._courtyard, scope, receive)
        text = texts.get("key", "")
        key = await open_poll_key(self._courtyard, text)
        params = await self._read_params(texts, key)
        return _Asked("" if key.is_versioned else text, key.receiver_id, params)

    async def _answer(self, asked: "_Asked", receive: Receive) -> dict[str, Any] | None:
        """Wait, and return the answer; None if the client goes away.  `CursorTooOld`, `PollRefused`."""
        params = asked.params
        after = self._advance(asked.text, params.ts) if asked.text else params.ts
        with self._count_waiting():
            news = await wait_for_news(self._courtyard, asked.receiver_id, after, params.wait, receive)
        if news is None:
            return None
        if asked.text:
            self._note_sent(asked.text, params.ts, news.number)
        return draw_news(news, asked.receiver_id, params, is_full=bool(asked.text))

    async def _read_params(self, texts: Mapping[str, str], key: PollKey) -> PollParams:
        values = {name: texts[name] for name in PollParams.__struct_fields__ if texts.get(name)}
        try:
            params = msgspec.convert({"ts": 0} | values, PollParams, strict=False)
        except msgspec.ValidationError:
            params = PollParams(-1)
        if not 0 <= params.version <= MAX_VERSION:
            raise PollRefused(WRONG_VERSION)
        ts = params.ts if "ts" in values else (await self._newest(key.receiver_id)).number
        wait = min(max(params.wait, 0), self._courtyard.settings.poll_wait) or DEFAULT_WAIT
        return PollParams(ts, wait if "wait" in values else DEFAULT_WAIT, params.mode, params.version)

    async def _newest(self, receiver_id: int) -> Cursor:
        async with self._courtyard.database.read() as tx:
            return await get_cursor(tx, receiver_id)

    def _advance(self, key: str, ts: int) -> int:
        """Return where a client stands that asks with the same `ts` for ever, as OpenVK's Android app does."""
        asked, sent = self._sent.get(key, (ts, ts))
        return max(ts, sent) if asked == ts else ts

    def _note_sent(self, key: str, ts: int, number: int) -> None:
        self._sent[key] = (ts, number)
        self._sent.move_to_end(key)
        if len(self._sent) > MAX_CURSORS:
            self._sent.popitem(last=False)


class _Asked(Struct, frozen=True):
    """What stays of a poll while it waits; the key's text only of OpenVK's clients, who have to be told apart by it."""

    text: str
    receiver_id: int
    params: PollParams
