"""How the user long poll draws events: arrays, in VK's version 3 and in its numbered versions (10 to 19).

Sources: dev.vk.com, user long poll; longpoll-doc (version 19); OpenVK cff21778.
"""

from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct

from dvor.core.events import News
from dvor.model.events import (
    Event,
    FlagsEvent,
    MessageEvent,
    MutedEvent,
    PeerEvent,
    PersonEvent,
    PressedEvent,
    Pulse,
    ReactionEvent,
    ReadEvent,
    UnreadEvent,
    UnreadReactionsEvent,
)
from dvor.model.ids import CHAT_PEERS

DEFAULT_WAIT = 25
NUMBERED_FROM = 10
"""From this version on messages are told by their number within the conversation."""
UNREAD, OUTBOX, CHAT, MEDIA = 1, 2, 8192, 512
WITH_ATTACHMENTS, WITH_EXTRA, WITH_PTS, WITH_RANDOM_ID = 2, 8, 32, 128


class PollParams(Struct, frozen=True):
    """The parameters of a poll: `ts` the newest event known, `wait` in seconds, `mode` a mask of what to add."""

    ts: int
    wait: float = DEFAULT_WAIT
    mode: int = 0
    version: int = 0

    @property
    def is_numbered(self) -> bool:
        """Say whether messages are told by their number within the conversation."""
        return self.version >= NUMBERED_FROM


def draw_news(news: News, receiver_id: int, params: PollParams, *, is_full: bool) -> dict[str, Any]:
    """Return the answer to a poll; `is_full` adds every part of a message whatever the mode."""
    updates: list[list[Any]] = []
    for event in news.events:
        updates += draw_event(event, receiver_id, params, is_full=is_full)
    if news.pulse is not None:
        updates += draw_pulse(news.pulse, params)
    answer: dict[str, Any] = {"ts": news.number, "updates": updates}
    return answer | {"pts": news.pts} if params.mode & WITH_PTS else answer


def draw_event(event: Event, receiver_id: int, params: PollParams, *, is_full: bool) -> list[list[Any]]:
    """Return an event as the arrays that the version asks for; `is_full` adds every part whatever the mode."""
    body, numbered = event.body, params.is_numbered
    match body:
        case MessageEvent():
            return [_draw_message(event.kind, body, receiver_id, params, is_full=is_full)]
        case FlagsEvent():
            code = 2 if event.kind == "message_flags_set" else 3
            return [
                [code + 10_000, body.number, body.flags, body.peer_id]
                if numbered
                else [code, body.message_id, body.flags, body.peer_id]
            ]
        case ReadEvent():
            code = 6 if event.kind == "messages_read" else 7
            return [
                [code + 10_000, body.peer_id, body.number, body.unread]
                if numbered
                else [code, body.peer_id, body.message_id, body.unread]
            ]
        case PeerEvent() if event.kind == "conversation_cleared":
            return [[10_013, body.peer_id, body.number] if numbered else [13, body.peer_id, body.info]]
        case PeerEvent():
            changed = [52, body.change, body.peer_id, body.info]
            own = [51, body.peer_id - CHAT_PEERS, int(body.by_id == receiver_id)]
            return [changed] if numbered else [own, changed]
        case ReactionEvent():
            return [draw_reactions(body, receiver_id)] if numbered else []
        case UnreadReactionsEvent():
            return [[602, body.peer_id, len(body.numbers), *body.numbers]] if numbered else []
        case UnreadEvent():
            return [[80, body.conversations, 0]]
        case MutedEvent():
            told = {"peer_id": body.peer_id, "sound": int(not body.is_silent)}
            return [[114, told | {"disabled_until": body.until}]]
        case PressedEvent() if event.kind == "message_answered":
            answer = {"user_id": body.user_id, "peer_id": body.peer_id, "event_id": body.event_id}
            return [[119, answer | {"action": msgspec.json.decode(body.payload) if body.payload else None}]]
        case PersonEvent() if event.kind == "friend_list_changed":
            return [[90, body.user_id, body.after]]
        case _:
            return []


def _draw_message(
    kind: str, message: MessageEvent, receiver_id: int, params: PollParams, *, is_full: bool
) -> list[Any]:
    flags = UNREAD | (OUTBOX if message.from_id == receiver_id else 0) | (MEDIA if message.attachments else 0)
    flags |= CHAT if message.peer_id > CHAT_PEERS else 0
    text, attachments, extra = escape_text(message.text), draw_attachments(message), draw_extra(message)
    code = 4 if kind == "message_new" else 5
    if params.is_numbered:
        head = [code + 10_000, message.number, flags, 0, message.peer_id, message.date, text]
        return [*head, extra, attachments, message.random_id, message.message_id, message.edited_at]
    drawn: list[Any] = [code, message.message_id, flags, message.peer_id, message.date, text]
    if is_full or params.mode & (WITH_ATTACHMENTS | WITH_EXTRA | WITH_RANDOM_ID):
        drawn += [extra, attachments]
    if is_full or params.mode & WITH_RANDOM_ID:
        drawn.append(message.random_id)
    return drawn


def draw_reactions(event: ReactionEvent, receiver_id: int) -> list[Any]:
    """Return who did what (1 and 3 the receiver, 2 and 4 another one: gave a reaction, took it back), and all reactions.

    Each reaction begins with how many numbers follow: which, how many times, by how many of those who are named.
    Source: the client Laney (github.com/Elorucov/Laney-Avalonia), which reads version 19.
    """
    is_mine, is_taken_back = event.user_id == receiver_id, not event.reaction_id
    head = [601, (1 if is_mine else 2) + 2 * is_taken_back, event.peer_id, event.number]
    own = [event.reaction_id] if is_mine and not is_taken_back else []
    counts = [[3 + len(who), kind, count, len(who), *who] for kind, count, who in event.counts]
    return [*head, *own, len(counts), *chain.from_iterable(counts)]


def draw_extra(message: MessageEvent) -> dict[str, Any]:
    """Return what stands beside the text: in a chat who wrote, and what happened to the chat."""
    drawn: dict[str, Any] = {"title": " ... "}
    if message.peer_id > CHAT_PEERS:
        drawn["from"] = str(message.from_id)
    extra = message.extra
    if extra is None:
        return drawn
    if extra.action is not None:
        drawn["source_act"] = extra.action.type
        named = {"source_mid": extra.action.member_id, "source_chat_local_id": extra.action.number}
        drawn |= {name: str(value) for name, value in named.items() if value}
        if extra.action.text:
            drawn["source_text"] = extra.action.text
    if extra.keyboard is not None:
        drawn["keyboard"] = extra.keyboard
    if extra.payload:
        drawn["payload"] = extra.payload
    return drawn


def draw_attachments(message: MessageEvent) -> dict[str, str]:
    """Return attachments in the long poll's form: `attach1_type`, `attach1` …, `reply` and `fwd`."""
    drawn = {}
    for place, one in enumerate(message.attachments, 1):
        drawn[f"attach{place}_type"] = one.type
        if one.type == "link":
            drawn[f"attach{place}_url"] = one.url
        else:
            drawn[f"attach{place}"] = f"{one.owner_id}_{one.id}"
    extra = message.extra
    if extra is not None and extra.reply is not None:
        drawn["reply"] = msgspec.json.encode({"conversation_message_id": extra.reply.number}).decode()
    if extra is not None and extra.forwards:
        drawn["fwd"] = ",".join(f"{quoted.from_id}_{quoted.id}" for quoted in extra.forwards)
    return drawn


def draw_pulse(pulse: Pulse, params: PollParams) -> list[list[Any]]:
    """Return what somebody is doing just now: 61 to 64 typing, 8 and 9 coming and going."""
    if pulse.kind in ("online", "offline"):
        return [[8 if pulse.kind == "online" else 9, -pulse.user_id, pulse.extra, pulse.at]]
    if params.is_numbered or pulse.kind != "typing":
        code = 63 if pulse.kind == "typing" else 64
        return [[code, pulse.peer_id, [pulse.user_id], 1, pulse.at]]
    if pulse.peer_id > CHAT_PEERS:
        return [[62, pulse.user_id, pulse.peer_id - CHAT_PEERS]]
    return [[61, pulse.user_id, 1]]


def escape_text(text: str) -> str:
    """Return a text as the long poll sends it: HTML-escaped, with `<br>` for line breaks."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return escaped.replace("\n", "<br>")
