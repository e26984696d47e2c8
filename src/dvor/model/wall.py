"""Wall posts."""

from typing import Literal

from msgspec import Struct

from dvor.model.attachments import Attachment

MAX_TEXT = 16_384

WallFilter = Literal["all", "owner", "others"]


class Post(Struct, frozen=True):
    """A post on the wall of `owner_id` by `from_id`, with its counters and whether the viewer likes it.

    `signer_id` is who wrote in a community's name and signed; `is_uncommented` closes it to comments.
    """

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
    edited_at: int = 0
    signer_id: int = 0
    copied_owner_id: int = 0
    copied_id: int = 0
    is_uncommented: bool = False
    deleter_id: int = 0

    @property
    def copied(self) -> tuple[int, int] | None:
        """Return the key of the post that this one repeats."""
        return (self.copied_owner_id, self.copied_id) if self.copied_id else None


class NewPost(Struct, frozen=True, kw_only=True):
    """What makes a post; the number comes from the wall's counter.  A `guid` makes it once."""

    owner_id: int
    from_id: int
    text: str
    attachments: list[Attachment]
    platform: str
    is_friends_only: bool = False
    created_at: int
    signer_id: int = 0
    copied_owner_id: int = 0
    copied_id: int = 0
    guid: str = ""
    is_uncommented: bool = False
