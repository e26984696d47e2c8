"""Conversations: where messages are said, and what each member sees of them."""

from msgspec import Struct


class Conversation(Struct, frozen=True):
    """A dialog of two users (or of one with himself); `last_number` counts its messages."""

    id: int
    low_id: int
    high_id: int
    last_number: int


class Membership(Struct, frozen=True):
    """A conversation as one member sees it.

    Numbers are `conversation_message_id`s; `*_message_id`s are the server-wide ids of the same messages.
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


class Unread(Struct, frozen=True):
    """What a user has not read: in how many conversations, and how many messages."""

    conversations: int
    messages: int
