"""Bookmarks: posts, people, communities and addresses that a person keeps for himself."""

from typing import Literal

from msgspec import Struct

BookmarkKind = Literal["post", "page", "link"]
MAX_BOOKMARKS = 1000
"""How many of each kind a person keeps."""
MAX_ADDRESS = 2000


class Bookmark(Struct, frozen=True):
    """Something kept: a post by its key, a person or community as `owner_id`, or the address `url`."""

    user_id: int
    kind: BookmarkKind
    owner_id: int
    item_id: int
    url: str
    is_seen: bool
    created_at: int
