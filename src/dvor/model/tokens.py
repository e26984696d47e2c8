"""Access tokens and what they permit."""

import enum

from msgspec import Struct


class Scope(enum.IntFlag):
    """VK's access rights of a user token, with VK's bit values (documentation: dev.vk.com, access permissions)."""

    NOTIFY = 1
    FRIENDS = 2
    PHOTOS = 4
    AUDIO = 8
    VIDEO = 16
    STORIES = 64
    PAGES = 128
    STATUS = 1024
    NOTES = 2048
    MESSAGES = 4096
    WALL = 8192
    ADS = 32768
    OFFLINE = 65536
    DOCS = 131072
    GROUPS = 262144
    NOTIFICATIONS = 524288
    STATS = 1048576
    EMAIL = 4194304
    MARKET = 134217728


FULL_SCOPE = Scope(sum(Scope))
"""What the password grant gives: all of it, as OpenVK does, which knows no scopes."""


class Token(Struct, frozen=True):
    """A stored access token: only the SHA-256 of the text that its holder has.

    `expires_at` 0 means never; `platform` is the client's own name for itself.
    """

    token_hash: bytes
    user_id: int
    scope: int
    platform: str
    created_at: int
    expires_at: int
    used_at: int
    group_id: int = 0
    """The community that the token acts for; `user_id` is then the manager who made it."""


class IdentifiedToken(Struct, frozen=True):
    """A token found for a call, and the state of the account behind it."""

    token_hash: bytes
    user_id: int
    scope: int
    platform: str
    expires_at: int
    deactivated: str | None
    group_id: int = 0
