"""Bots: how a community's programs hear what happens, by long poll or by calls to their servers."""

from typing import Literal

from msgspec import Struct

from dvor.model.events import EventKind

BotEvent = Literal["message_reply", "message_typing_state", "message_read", "message_event"] | EventKind
MAX_SERVERS = 10
"""Callback servers of one community (VK's figure)."""

ServerStatus = Literal["unconfigured", "failed", "wait", "ok"]


class BotSettings(Struct, frozen=True, omit_defaults=True):
    """What is told, and in which version of the API it is drawn."""

    is_enabled: bool = False
    version: str = "5.199"
    events: frozenset[str] = frozenset({"message_new"})


class CallbackServer(Struct, frozen=True):
    """A community's server; `secret` is encrypted under the master key.  VK's words for `status`."""

    group_id: int
    id: int
    title: str
    url: str
    secret: bytes
    status: ServerStatus
    creator_id: int
    settings: BotSettings
