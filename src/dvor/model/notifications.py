"""Notifications: what others have done that concerns a person."""

import re
from typing import Literal

from msgspec import Struct

NotificationKind = Literal[
    "like_post",
    "like_photo",
    "like_comment",
    "comment_post",
    "comment_photo",
    "reply_comment",
    "copy_post",
    "wall",
    "wall_publish",
    "mention",
    "mention_comments",
    "follow",
    "friend_accepted",
]
"""VK's words."""

KINDS_OF_FILTER: dict[str, tuple[NotificationKind, ...]] = {
    "wall": ("wall", "wall_publish"),
    "mentions": ("mention", "mention_comments"),
    "comments": ("comment_post", "comment_photo", "reply_comment"),
    "likes": ("like_post", "like_photo", "like_comment"),
    "reposted": ("copy_post",),
    "followers": ("follow",),
    "friends": ("friend_accepted",),
}
"""VK's filters of notifications.get."""

Subject = Literal["post", "photo", "comment"]
Reference = tuple[Subject, int, int]
"""A post, photo or comment: its kind, owner and number."""

SUBJECTS: dict[NotificationKind, tuple[Subject | None, Subject | None]] = {
    "like_post": ("post", None),
    "like_photo": ("photo", None),
    "like_comment": ("comment", None),
    "comment_post": ("post", "comment"),
    "comment_photo": ("photo", "comment"),
    "reply_comment": ("comment", "comment"),
    "copy_post": ("post", "post"),
    "wall": (None, "post"),
    "wall_publish": (None, "post"),
    "mention": (None, "post"),
    "mention_comments": ("post", "comment"),
    "follow": (None, None),
    "friend_accepted": (None, None),
}
"""What each kind was done to, and what came of it."""

MAX_MENTIONS = 20
"""How many people one text can call."""

_MENTION = re.compile(r"\[id(\d{1,10})\|[^\]]{1,255}\]|[@*]id(\d{1,10})\b", re.ASCII)


class Notification(Struct, frozen=True, kw_only=True):
    """Something that `from_id` did at `created_at` (Unix time) that concerns `user_id`.

    `owner_id` and `item_id` are what it was done to, 0 where it was the person; `made_owner_id` and `made_id` what
    came of it, 0 for nothing.
    """

    user_id: int
    kind: NotificationKind
    owner_id: int = 0
    item_id: int = 0
    from_id: int
    made_owner_id: int = 0
    made_id: int = 0
    created_at: int

    @property
    def parent(self) -> Reference | None:
        """What it was done to."""
        kind = SUBJECTS[self.kind][0]
        return (kind, self.owner_id, self.item_id) if kind else None

    @property
    def made(self) -> Reference | None:
        """What came of it."""
        kind = SUBJECTS[self.kind][1]
        return (kind, self.made_owner_id, self.made_id) if kind else None


def find_mentions(text: str) -> list[int]:
    """Return the ids of the people whom a text calls by `[id1|Name]`, `@id1` or `*id1`, each once."""
    ids = [int(match[1] or match[2]) for match in _MENTION.finditer(text)]
    return list(dict.fromkeys(ids))[:MAX_MENTIONS]
