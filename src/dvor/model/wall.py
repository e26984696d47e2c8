"""Wall posts."""

from typing import Literal

from msgspec import Struct

from dvor.model.attachments import Attachment

MAX_TEXT = 16_384

WallFilter = Literal["all", "owner", "others"]


class Post(Struct, frozen=True):
    """A post on the wall of `owner_id` by `from_id`, with its counters and whether the viewer likes it."""

    owner_id: int
    id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment]
    platform: str
    is_friends_only: bool
    likes: int
    comments: int
    reposts: int
    is_liked: bool


class NewPost(Struct, frozen=True, kw_only=True):
    """What makes a post; the number comes from the wall's counter."""

    owner_id: int
    from_id: int
    text: str
    attachments: list[Attachment]
    platform: str
    is_friends_only: bool = False
    created_at: int
