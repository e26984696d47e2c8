"""Attachments: what posts, comments and messages show of other objects."""

from msgspec import Struct

MAX_ATTACHMENTS = 10


class Attachment(Struct, frozen=True):
    """A reference to another object: its kind in VK's word (`photo`), its owner and number."""

    type: str
    owner_id: int
    id: int
