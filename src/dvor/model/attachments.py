"""Attachments: what posts, comments and messages show of other objects."""

from msgspec import Struct

MAX_ATTACHMENTS = 10


class Attachment(Struct, frozen=True, omit_defaults=True):
    """A reference to another object: its kind in VK's word (`photo`), its owner and number, and the key that opens it.

    A `link` has an address instead, and no owner.
    """

    type: str
    owner_id: int
    id: int
    access_key: str = ""
    url: str = ""
