"""Wall posts."""

from typing import Literal

from msgspec import Struct

from dvor.model.attachments import Attachment

MAX_TEXT = 16_384

WallFilter = Literal["all", "owner", "others"]
WaitingKind = Literal["postponed", "suggested"]
MAX_WAITING = 150
"""How many posts may wait on one wall, of each kind (VK's figure for postponed ones)."""


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


class Copy(Struct, frozen=True):
    """A post that repeats another: its key, and what tells who sees it."""

    owner_id: int
    id: int
    created_at: int
    is_friends_only: bool


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


class PostChange(Struct, frozen=True):
    """What else to change of a post than its content; None leaves it."""

    is_friends_only: bool | None = None
    is_signed: bool | None = None
    is_uncommented: bool | None = None


NO_CHANGE = PostChange()


class WaitingPost(Struct, frozen=True):
    """A post that is not on its wall yet: put off until `publish_at` (Unix time), or suggested to a community (0).

    Its number is the one that it will have.
    """

    owner_id: int
    id: int
    kind: WaitingKind
    user_id: int
    publish_at: int
    created_at: int
    post: NewPost

    @property
    def shown(self) -> Post:
        """Return it as the post that it will be."""
        post = self.post
        return Post(
            owner_id=self.owner_id,
            id=self.id,
            from_id=post.from_id,
            created_at=self.publish_at or self.created_at,
            text=post.text,
            attachments=post.attachments,
            platform=post.platform,
            is_friends_only=post.is_friends_only,
            likes=0,
            comments=0,
            reposts=0,
            is_liked=False,
            signer_id=post.signer_id,
            is_uncommented=post.is_uncommented,
        )
