"""Comments under posts and photos, in threads one level deep."""

from typing import Literal

from msgspec import Struct

from dvor.model.attachments import Attachment

MAX_COMMENT = 16_384
EDIT_SECONDS = 24 * 3600
"""How long an author may change a comment (VK's figure)."""

CommentedKind = Literal["post", "photo"]


class Comment(Struct, frozen=True):
    """A comment: its number is drawn from the same counter as its owner's posts.

    `thread_id` is the comment below whose thread it stands, 0 for one that begins a thread; `reply_to_id` the comment
    that it answers.  With its likes, how many comments its thread has, and whether the viewer likes it.
    """

    owner_id: int
    id: int
    kind: CommentedKind
    item_id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment]
    thread_id: int
    reply_to_id: int
    reply_to_user: int
    edited_at: int
    deleted_at: int
    deleter_id: int
    likes: int
    replies: int
    is_liked: bool


class NewComment(Struct, frozen=True, kw_only=True):
    """What makes a comment; the number comes from the owner's counter."""

    owner_id: int
    kind: CommentedKind
    item_id: int
    from_id: int
    created_at: int
    text: str
    attachments: list[Attachment]
    thread_id: int = 0
    reply_to_id: int = 0
    reply_to_user: int = 0
    guid: str = ""
