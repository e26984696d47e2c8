"""User groups: how another server sorts the users; they are not communities."""

from msgspec import Struct

MAX_TITLE_LENGTH = 100


class UserGroup(Struct, frozen=True):
    """A group of users."""

    id: int
    title: str
    created_at: int


class UserGroupCount(Struct, frozen=True):
    """A group of users, and how many are in it."""

    id: int
    title: str
    created_at: int
    members: int
