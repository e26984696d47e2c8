"""Likes: a person's mark on a post or a photo."""

from typing import Literal

LikeKind = Literal["post", "photo"]
