"""Friendship: a pair of mutual subscriptions, stored once for each side."""

import enum
from typing import Literal

from msgspec import Struct

MAX_FRIENDS = 10_000
MAX_LISTS = 24
"""How many lists of friends a person may have (VK's figure)."""
MAX_LIST_NAME = 64

FriendOrder = Literal["hints", "name", "id"]
"""By how long they have been friends, by name, or by id."""


class Friendship(enum.IntEnum):
    """How one user stands to another, with the numbers of VK's `friend_status`."""

    NONE = 0
    REQUESTED = 1
    """I asked, or follow."""
    FOLLOWED = 2
    """The other one asked me, or follows me."""
    FRIENDS = 3


class FriendList(Struct, frozen=True):
    """A list into which a person sorts his friends; its number is his own."""

    user_id: int
    id: int
    name: str


class Friend(Struct, frozen=True):
    """One side of a friendship or a request, as the user `user_id` sees it.

    `is_seen` false marks a request that is still to be answered.
    """

    user_id: int
    friend_id: int
    state: int
    is_seen: bool
    text: str
    created_at: int
