"""Likes: a person's mark on a post, a photo or a comment."""

from typing import Literal

from msgspec import Struct

LikeKind = Literal["post", "photo", "comment"]


class ItemCounters(Struct, frozen=True):
    """How often an object is liked, commented on and repeated, and whether the viewer likes it."""

    owner_id: int
    item_id: int
    likes: int
    comments: int
    reposts: int
    is_liked: bool
