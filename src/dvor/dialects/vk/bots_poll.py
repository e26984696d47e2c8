"""The bots long poll: waiting at `/wh<group id>` for what happens in a community."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send

from dvor.core.bots import load_bot_settings
from dvor.core.courtyard import Courtyard
from dvor.core.events import News, get_cursor
from dvor.core.tokens import ANONYMOUS
from dvor.dialects.vk import wire
from dvor.dialects.vk.bot_events import BotDrawing, draw_typing
from dvor.dialects.vk.poll_keys import read_poll_key, refuse_key, wait_for_news
from dvor.methods.declaration import Call
from dvor.model.errors import CursorTooOld, InvalidParameter, UserNotFound

DEFAULT_WAIT = 25

_log = structlog.get_logger("dvor.vk")


class BotsPollEndpoint:
    """Answers the polls of bots; both numbers in an answer's `ts` and a question's are texts, as on VK."""

    def __init__(
        self, courtyard: Courtyard, count_waiting: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._courtyard = courtyard
        self._count_waiting = count_waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one poll at `/wh<id>`, GET or POST."""
        if scope["method"] == "OPTIONS":
            await wire.send_preflight(scope, send)
            return
        try:
            query = wire.read_query(scope)
            texts = await wire.read_parameters(scope, receive, self._courtyard.settings.form_limit, query)
            if texts.get("act") != "a_check":
                raise InvalidParameter("act", "is not a_check")
        except wire.ClientGone:
            return
        except InvalidParameter as refusal:
            body = wire.error_body(100, refusal.detail, {}, "a_check", is_versioned=True)
            await wire.send_json(send, 400, body)
            return
        try:
            answer = await self._answer(texts, receive)
        except Exception:
            _log.exception("a bots long poll failed")
            answer = {"failed": 2}
        if answer is not None:
            await wire.send_json(send, 200, answer)

    async def _answer(self, texts: dict[str, str], receive: Receive) -> dict[str, Any] | None:
        key = read_poll_key(self._courtyard, texts.get("key", ""))
        failure = await refuse_key(self._courtyard, key, is_bot=True)
        if failure is not None or key is None:
            return dict(failure or {})
        try:
            after = await self._read_ts(texts.get("ts", ""), key.receiver_id)
            wait = _read_wait(texts.get("wait", ""), self._courtyard.settings.poll_wait)
            with self._count_waiting():
                news = await wait_for_news(self._courtyard, key.receiver_id, after, wait, receive)
        except CursorTooOld as refusal:
            return {"failed": 1, "ts": str(refusal.newest)}
        except UserNotFound:
            return {"failed": 3}
        return None if news is None else await self._draw(-key.receiver_id, news)

    async def _read_ts(self, text: str, receiver_id: int) -> int:
        if text.isdecimal() and text.isascii() and len(text) < 16:
            return int(text)
        async with self._courtyard.database.read() as tx:
            return (await get_cursor(tx, receiver_id)).number

    async def _draw(self, group_id: int, news: News) -> dict[str, Any]:
        updates: list[Any] = []
        if news.events or news.pulse is not None:
            async with self._courtyard.database.read() as tx:
                settings = await load_bot_settings(tx, group_id)
                call = Call(
                    self._courtyard, tx, ANONYMOUS, self._courtyard.now, read_version(settings.version), True
                )
                drawing = BotDrawing(call, group_id, settings)
                await drawing.load(news.events)
                updates = [drawn for event in news.events if (drawn := drawing.draw(event)) is not None]
                if news.pulse is not None:
                    typing = draw_typing(call, group_id, settings, news.pulse)
                    updates += [typing] if typing is not None else []
        return {"ts": str(news.number), "updates": updates}


def read_version(text: str) -> tuple[int, int]:
    """Return an API version as two numbers."""
    return wire.read_version({"v": text})[0]


def _read_wait(text: str, most: int) -> float:
    wait = int(text) if text.isdecimal() and text.isascii() and len(text) < 6 else DEFAULT_WAIT
    return min(wait, most)
