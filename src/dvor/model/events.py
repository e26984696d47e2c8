"""Events: what happened, in the order in which one receiver is told of it.

A receiver is a user, or (below zero) a community, whose bots and callback servers are told.
"""

from typing import Any, Literal

from msgspec import Struct

from dvor.model.attachments import Attachment
from dvor.model.messages import Extra

MessageKind = Literal[
    "message_new",
    "message_edit",
    "message_flags_set",
    "message_flags_reset",
    "messages_read",
    "messages_read_by_peer",
    "conversation_cleared",
    "chat_changed",
    "message_pressed",
    "message_answered",
    "message_reacted",
    "message_allow",
    "message_deny",
]
GroupKind = Literal[
    "wall_post_new",
    "wall_repost",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_restore",
    "wall_reply_delete",
    "like_add",
    "like_remove",
    "photo_new",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_restore",
    "photo_comment_delete",
    "poll_vote_new",
    "group_join",
    "group_leave",
    "group_officers_edit",
    "group_change_settings",
    "group_change_photo",
    "user_block",
    "user_unblock",
]
"""What a community hears of beyond messages; the names are VK's."""
UserKind = Literal["friend_list_changed", "reactions_unread", "unread_changed", "conversation_muted"]
"""What a person hears of beyond messages."""
EventKind = MessageKind | GroupKind | UserKind


class MessageEvent(Struct, frozen=True, omit_defaults=True, tag="message"):
    """The body of `message_new` and `message_edit`: what the message was then, and who took part."""

    message_id: int
    number: int
    peer_id: int
    from_id: int
    date: int
    text: str
    random_id: int
    attachments: list[Attachment]
    edited_at: int = 0
    extra: Extra | None = None


class FlagsEvent(Struct, frozen=True, tag="flags"):
    """Flags of a message that were set or taken back, with VK's bits (128 deleted, 131072 for all, 8 important)."""

    message_id: int
    number: int
    peer_id: int
    flags: int


class ReadEvent(Struct, frozen=True, tag="read"):
    """A conversation is read up to a message, by the receiver or by a peer; `reader_id` says who read."""

    peer_id: int
    number: int
    message_id: int
    unread: int
    reader_id: int


class PeerEvent(Struct, frozen=True, tag="peer"):
    """Something happened to a whole conversation; `change` and `info` are those of VK's event 52."""

    peer_id: int
    number: int = 0
    change: int = 0
    info: int = 0
    by_id: int = 0


class PressedEvent(Struct, frozen=True, tag="pressed"):
    """A person pressed a callback button below a message (`message_event`), or a community answered that."""

    event_id: str
    user_id: int
    peer_id: int
    number: int
    payload: str


class ReactionEvent(Struct, frozen=True, omit_defaults=True, tag="reaction"):
    """A member reacted to a message, or (reaction 0) took that back.

    `counts` are all reactions to it then: which, how many, and some of those who gave it.
    """

    peer_id: int
    number: int
    user_id: int
    reaction_id: int
    counts: list[tuple[int, int, list[int]]] = []


class UnreadReactionsEvent(Struct, frozen=True, tag="unread_reactions"):
    """The messages of the receiver in a conversation that have reactions which he has not seen: all of them."""

    peer_id: int
    numbers: list[int]


class UnreadEvent(Struct, frozen=True, tag="unread"):
    """In how many conversations the receiver has something unread now."""

    conversations: int


class ItemEvent(Struct, frozen=True, omit_defaults=True, tag="item"):
    """Something was done to an object: a post, a comment, a photo, a vote in a poll.

    `parent_id` is the post or photo of a comment, and the poll of a vote; `kind` says what a like is for.
    """

    owner_id: int
    item_id: int
    actor_id: int
    parent_id: int = 0
    kind: str = ""


class PersonEvent(Struct, frozen=True, omit_defaults=True, tag="person"):
    """Something happened between a person and a community, or two people; `actor_id` is who did it."""

    user_id: int
    actor_id: int = 0
    how: str = ""
    before: int = 0
    after: int = 0
    text: str = ""


class ChangesEvent(Struct, frozen=True, tag="changes"):
    """Settings of a community that changed: name → (old value, new value)."""

    actor_id: int
    changes: dict[str, tuple[Any, Any]]


class MutedEvent(Struct, frozen=True, tag="muted"):
    """The receiver has muted a conversation until a Unix time (-1 for ever, 0 not), or its sounds."""

    peer_id: int
    until: int
    is_silent: bool


EventBody = (
    MessageEvent
    | FlagsEvent
    | ReadEvent
    | PeerEvent
    | PressedEvent
    | ReactionEvent
    | UnreadReactionsEvent
    | UnreadEvent
    | MutedEvent
    | ItemEvent
    | PersonEvent
    | ChangesEvent
)


class Pulse(Struct, frozen=True):
    """What is told to those who wait just now and not written down: `kind` is typing (or another activity), online, offline.

    `peer_id` is where a person types; `extra` the platform he came with, or 1 when he was away too long.
    """

    kind: str
    user_id: int
    at: int
    peer_id: int = 0
    extra: int = 0


class Event(Struct, frozen=True):
    """One row of a receiver's log: `number` is `ts`, `pts` counts the message events among them."""

    number: int
    pts: int
    kind: EventKind
    body: EventBody


class Cursor(Struct, frozen=True):
    """The newest event of a receiver, and the newest that is no longer kept."""

    number: int
    pts: int
    pruned: int
