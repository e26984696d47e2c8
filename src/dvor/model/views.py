"""Views: who has opened which post or photo by itself, and how often."""

from typing import Literal

from msgspec import Struct

ViewKind = Literal["post", "photo"]
MOST_VIEWS = 5000
"""How many rows of a list are told at most."""


class ItemView(Struct, frozen=True):
    """How often a user has opened something, and when last."""

    owner_id: int
    kind: ViewKind
    item_id: int
    user_id: int
    views: int
    seen_at: int


class ViewedItem(Struct, frozen=True):
    """Something that a user has opened; `title` is the beginning of its text, empty if it is gone."""

    owner_id: int
    item_id: int
    title: str
    views: int
    seen_at: int
