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
from dvor.dialects.vk.poll_keys import PollRefused, open_poll_key, read_poll, wait_for_news
from dvor.methods.declaration import Call
from dvor.model.errors import CursorTooOld, InvalidParameter

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
            receiver_id, after, wait = await self._read(scope, receive)
            with self._count_waiting():
                news = await wait_for_news(self._courtyard, receiver_id, after, wait, receive)
            answer = None if news is None else await self._draw(-receiver_id, news)
        except wire.ClientGone:
            return
        except InvalidParameter as refusal:
            body = wire.error_body(100, refusal.detail, {}, "a_check", is_versioned=True)
            await wire.send_json(send, 400, body)
            return
        except PollRefused as refusal:
            answer = {"failed": refusal.code}
        except CursorTooOld as refusal:
            answer = {"failed": 1, "ts": str(refusal.newest)}
        except Exception:
            _log.exception("a bots long poll failed")
            answer = {"failed": 2}
        if answer is not None:
            await wire.send_json(send, 200, answer)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[int, int, float]:
        """Return who asks, after which number and how long he waits; `InvalidParameter`, `PollRefused`, `ClientGone`."""
        texts = await read_poll(self._courtyard, scope, receive)
        key = await open_poll_key(self._courtyard, texts.get("key", ""), is_bot=True)
        after = await self._read_ts(texts.get("ts", ""), key.receiver_id)
        return key.receiver_id, after, _read_wait(texts.get("wait", ""), self._courtyard.settings.poll_wait)

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
