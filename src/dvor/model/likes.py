"""Likes: a person's mark on a post, a photo or a comment."""

from typing import Literal

LikeKind = Literal["post", "photo", "comment"]
