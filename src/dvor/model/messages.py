"""Messages."""

from typing import Any, Literal

from msgspec import Struct

from dvor.model.attachments import Attachment
from dvor.model.conversations import Membership, peer_of

MAX_TEXT = 4096
"""Characters in one message (VK's figure)."""
MAX_FORWARDS = 100
MAX_DEPTH = 10
"""How deep forwarded messages lie in each other before the innermost are left out."""
CHANGE_SECONDS = 24 * 3600
"""How long an author may change a message, or delete it for everybody (VK's figure)."""


MessageKey = tuple[int, int]
"""Conversation and number."""


class Quoted(Struct, frozen=True, omit_defaults=True):
    """A message as it was when it was forwarded or answered."""

    conversation_id: int
    number: int
    id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment] = []
    forwards: list["Quoted"] = []


ActionKind = Literal[
    "chat_create",
    "chat_title_update",
    "chat_photo_update",
    "chat_photo_remove",
    "chat_invite_user",
    "chat_invite_user_by_link",
    "chat_kick_user",
    "chat_pin_message",
    "chat_unpin_message",
]


class Action(Struct, frozen=True, omit_defaults=True):
    """What happened to a chat, told by a message without words; the kinds are VK's."""

    type: ActionKind
    member_id: int = 0
    text: str = ""
    number: int = 0


class Span(Struct, frozen=True, omit_defaults=True):
    """A part of a text that looks otherwise; offset and length count UTF-16 code units."""

    kind: str
    offset: int
    length: int
    url: str = ""


class Extra(Struct, frozen=True, omit_defaults=True):
    """What few messages carry: quotes, a keyboard, a carousel, a bot's payload, formats, or what happened to the chat."""

    reply: Quoted | None = None
    forwards: list[Quoted] = []
    keyboard: dict[str, Any] | None = None
    template: dict[str, Any] | None = None
    payload: str = ""
    action: Action | None = None
    formats: list[Span] = []


PLAIN = Extra()


class Message(Struct, frozen=True):
    """A message: its key is (conversation_id, number); `id` rises over the whole server.

    `low_id` and `high_id` are those of its conversation, so that a viewer's name for it can be told.  Deleted for all
    it has a `deleted_at`; `edited_at` is 0 for a message that was never changed.
    """

    conversation_id: int
    number: int
    id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment]
    random_id: int
    edited_at: int
    deleted_at: int
    extra: Extra | None
    low_id: int
    high_id: int

    @property
    def key(self) -> MessageKey:
        """Return what names it in the store."""
        return self.conversation_id, self.number

    def peer_for(self, viewer_id: int) -> int:
        """Return a member's name for the conversation."""
        return peer_of(self.low_id, self.high_id, viewer_id)

    def is_in_sight(self, membership: Membership) -> bool:
        """Say whether a member may see it, unless he has hidden it from himself."""
        first, last = membership.bounds
        return not self.deleted_at and first <= self.number <= last

    def quote(self, depth: int = MAX_DEPTH) -> Quoted:
        """Return the message as it is forwarded or answered now."""
        inner = [_cut(one, depth - 1) for one in self.extra.forwards] if self.extra and depth else []
        return Quoted(
            self.conversation_id,
            self.number,
            self.id,
            self.from_id,
            self.created_at,
            self.text,
            self.attachments,
            inner,
        )


def _cut(quoted: Quoted, depth: int) -> Quoted:
    inner = [_cut(one, depth - 1) for one in quoted.forwards] if depth > 0 else []
    return Quoted(
        quoted.conversation_id,
        quoted.number,
        quoted.id,
        quoted.from_id,
        quoted.created_at,
        quoted.text,
        quoted.attachments,
        inner,
    )


REACTIONS = (
    "heart",
    "fire",
    "laugh",
    "thumb_up",
    "poop",
    "question",
    "cry",
    "angry",
    "thumb_down",
    "okay",
    "smile",
    "thinking",
    "thanks",
    "kiss",
    "in_love",
    "party",
)
"""What the reactions are, from number 1 on: VK's set."""


class Reaction(Struct, frozen=True):
    """How a member reacted to a message, and when; `reaction_id` is one of `REACTIONS`."""

    conversation_id: int
    number: int
    user_id: int
    reaction_id: int
    reacted_at: int = 0
