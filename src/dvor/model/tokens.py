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
    PHONE = 268435456


FULL_SCOPE = Scope(sum(Scope))
"""What the password grant gives: all of it, as OpenVK does, which knows no scopes."""


class OpenIdScope(enum.IntFlag):
    """The scopes of OpenID Connect, as bits (OpenID Connect Core 1.0, 5.4)."""

    OPENID = 1
    PROFILE = 2
    EMAIL = 4
    ADDRESS = 8
    PHONE = 16
    OFFLINE_ACCESS = 32


METHOD_PROTOCOLS = frozenset({"vk", "vkid"})
"""The protocols whose tokens open the methods; OpenID Connect's and Sngine's are for their own doors."""
TOKEN_SECONDS = {"vk": 86400, "vkid": 3600, "oidc": 3600, "sngine": 3600}
"""How long an app's access token lives; VK's with the scope `offline` does not end."""
REFRESH_SECONDS = 180 * 86400


def token_lifetime(protocol: str, scope: int) -> int:
    """Return the seconds an app's access token lives, 0 for no end."""
    return 0 if protocol == "vk" and scope & Scope.OFFLINE else TOKEN_SECONDS[protocol]


def has_refresh_token(protocol: str, scope: int) -> bool:
    """Say whether a refresh token goes with the access token: VK ID always, OpenID Connect if asked for."""
    return protocol == "vkid" or (protocol == "oidc" and bool(scope & OpenIdScope.OFFLINE_ACCESS))


class Token(Struct, frozen=True):
    """A stored access token: only the SHA-256 of the text that its holder has.

    `expires_at` 0 means never; `platform` is the client's own name for itself.  A token that a person gave to no app has
    no `app_id`, an app's service token no `user_id`; `family` is what all tokens of one log-in share.
    """

    token_hash: bytes
    user_id: int | None
    scope: int
    platform: str
    created_at: int
    expires_at: int
    used_at: int
    group_id: int = 0
    """The community that the token acts for; `user_id` is then the manager who made it."""
    app_id: int | None = None
    protocol: str = "vk"
    family: bytes = b""


class IdentifiedToken(Struct, frozen=True):
    """A token found for a call, and the state of the account behind it."""

    token_hash: bytes
    user_id: int | None
    scope: int
    platform: str
    expires_at: int
    deactivated: str | None
    group_id: int = 0
    app_id: int | None = None
    protocol: str = "vk"
    family: bytes = b""
