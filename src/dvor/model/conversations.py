"""Conversations: where messages are said, and what each member sees of them."""

import enum
from typing import Literal

from msgspec import Struct

from dvor.model.ids import CHAT_PEERS

ConversationFilter = Literal["all", "unread", "important", "unanswered"]
MAX_CHAT_MEMBERS = 500
MAX_TITLE = 128


class Conversation(Struct, frozen=True):
    """A dialog of two owners (or of one with himself), or a chat; `last_number` counts its messages.

    Of a chat `low_id` is 0 and `high_id` its number.  `pinned_number` is the pinned message, 0 for none.
    """

    id: int
    low_id: int
    high_id: int
    last_number: int
    pinned_number: int

    @property
    def is_chat(self) -> bool:
        """Say whether several people talk here."""
        return self.low_id == 0

    def peer_for(self, viewer_id: int) -> int:
        """Return a member's name for the conversation."""
        return peer_of(self.low_id, self.high_id, viewer_id)


def peer_of(low_id: int, high_id: int, viewer_id: int) -> int:
    """Return a member's name for a conversation: the other one, oneself, or 2,000,000,000 + a chat's number."""
    if not low_id:
        return CHAT_PEERS + high_id
    return high_id if viewer_id == low_id else low_id


def pair_of(viewer_id: int, peer_id: int) -> tuple[int, int]:
    """Return the pair of ids under which the viewer's conversation with `peer_id` is kept."""
    if peer_id > CHAT_PEERS:
        return 0, peer_id - CHAT_PEERS
    return min(viewer_id, peer_id), max(viewer_id, peer_id)


class Presence(enum.IntEnum):
    """Whether a member is in a chat."""

    IN = 0
    LEFT = 1
    KICKED = 2


FOREVER = -1
"""A conversation muted until this time stays so (VK's figure)."""


class Membership(Struct, frozen=True):
    """A conversation as one member sees it.

    Numbers are `conversation_message_id`s; `*_message_id`s are the server-wide ids of the same messages.  What is
    numbered up to `cleared_number` he does not see, nor (once he is out of a chat) what lies above `left_number`.
    """

    conversation_id: int
    user_id: int
    peer_id: int
    last_number: int
    last_message_id: int
    read_number: int
    read_message_id: int
    peer_read_number: int
    peer_read_message_id: int
    unread_count: int
    cleared_number: int
    left_number: int
    presence: int
    is_admin: int
    inviter_id: int
    joined_at: int
    is_important: int
    is_unanswered: int
    muted_until: int = 0
    is_silent: int = 0

    def is_muted(self, now: int) -> bool:
        """Say whether he wants to hear nothing of it at a Unix time."""
        return self.muted_until == FOREVER or self.muted_until > now

    @property
    def is_in(self) -> bool:
        """Say whether he may write here."""
        return self.presence == Presence.IN

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the numbers of the first and the last message that he may see."""
        return self.cleared_number + 1, self.left_number or self.last_number


class Chat(Struct, frozen=True):
    """A conversation of several people; a new `link_generation` makes older invitation links worthless."""

    conversation_id: int
    number: int
    title: str
    creator_id: int
    avatar: dict[str, str]
    link_generation: int
    created_at: int
    members: int

    @property
    def peer_id(self) -> int:
        """Return everybody's name for it."""
        return CHAT_PEERS + self.number


class Unread(Struct, frozen=True):
    """What a user has not read: in how many conversations, and how many messages."""

    conversations: int
    messages: int
