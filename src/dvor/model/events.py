"""Events: what happened, in the order in which one receiver is told of it."""

from typing import Literal

from msgspec import Struct

from dvor.model.attachments import Attachment

EventKind = Literal["message_new"]


class MessageEvent(Struct, frozen=True):
    """The body of `message_new`: what the message was when it was sent."""

    message_id: int
    number: int
    peer_id: int
    from_id: int
    date: int
    text: str
    random_id: int
    attachments: list[Attachment]


class Event(Struct, frozen=True):
    """One row of a receiver's log: `number` is `ts`, `pts` counts the message events among them."""

    number: int
    pts: int
    kind: EventKind
    body: MessageEvent


class Cursor(Struct, frozen=True):
    """The newest event of a receiver, and the newest that is no longer kept."""

    number: int
    pts: int
    pruned: int
