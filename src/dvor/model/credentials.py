"""Credentials: what another server signs its calls with, and what it may do.

Source of the signature: WS.WebTV's developers' page, users.get, with its PHP sample.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from typing import Literal, get_args

from msgspec import Struct

from dvor.model.errors import InvalidParameter

Level = Literal["none", "read", "write"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""Each allows what the ones before it allow."""
SECTIONS = ("users", "sessions", "user_groups", "statistics", "config")
"""What the general permission speaks for, and a permission of its own overrides."""
SECRETS = "secrets"
"""Reading session ids and activation keys: never by the general permission."""
BLANK = "blank"
"""The word in a list of referers that lets requests without one in."""
MAX_TITLE_LENGTH = 100
MAX_REFERERS = 50
MAX_EXPIRATION = 30 * 86400
"""Bounded, because salt and timestamp are signed as one text: a digit that wanders between them must not fit."""

_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_TIMESTAMP = re.compile(r"[1-9]\d{0,14}", re.ASCII)


class NewCredential(Struct, frozen=True, kw_only=True):
    """What an administrator decides of a credential; `expiration` is how many seconds a signed request is good for."""

    title: str
    expiration: int = 300
    referers: list[str] = []
    has_statistics: bool = True
    general: Level = "read"
    permissions: dict[str, Level] = {}
    allows_md5: bool = False
    uses_salts_once: bool = False


class Credential(Struct, frozen=True):
    """A credential as stored; `secret` is encrypted, `used_at` is 0 before the first call."""

    key_id: str
    title: str
    expiration: int
    referers: list[str]
    has_statistics: bool
    general: Level
    permissions: dict[str, Level]
    allows_md5: bool
    uses_salts_once: bool
    secret: bytes
    created_at: int
    used_at: int

    def allows(self, section: str, level: Level) -> bool:
        """Say whether calls may do this in a section; its own permission wins over the general one."""
        general: Level = "none" if section == SECRETS else self.general
        return LEVELS.index(self.permissions.get(section, general)) >= LEVELS.index(level)

    def admits(self, referer_host: str | None) -> bool:
        """Say whether a request may come from a page of this host, or (None) from no page."""
        if not self.referers:
            return True
        if referer_host is None:
            return BLANK in self.referers
        return referer_host != BLANK and referer_host in self.referers


class Signed(Struct, frozen=True):
    """What a request is signed with, as it came."""

    key_id: str
    salt: str
    timestamp: str
    signature: str
    referer_host: str | None = None


class CredentialDay(Struct, frozen=True):
    """Calls of one action on one day (days since 1970)."""

    key_id: str
    day: int
    action: str
    calls: int
    errors: int


def read_timestamp(text: str) -> int:
    """Return the Unix time of a request; `InvalidParameter` for another way of writing it too, which would be unsigned."""
    if _TIMESTAMP.fullmatch(text) is None:
        raise InvalidParameter("timestamp", "is no Unix time")
    return int(text)


def sign(secret: str, salt: str, timestamp: str) -> str:
    """Return the signature: base64 of the HMAC-SHA256 of salt and timestamp, 44 characters."""
    return b64encode(hmac.digest(secret.encode(), (salt + timestamp).encode(), "sha256")).decode()


def sign_with_md5(secret: str, salt: str, timestamp: str) -> str:
    """Return the simplified signature, since WS.WebTV 60: 32 hexadecimal digits."""
    text = f"{salt}-{timestamp}-{secret}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


def is_signature(credential: Credential, secret: str, signed: Signed) -> bool:
    """Compare a signature in constant time, by each way that the credential allows.

    A space is taken for the plus that a client has forgotten to encode.
    """
    given = signed.signature.replace(" ", "+").encode()
    is_right = hmac.compare_digest(sign(secret, signed.salt, signed.timestamp).encode(), given)
    if credential.allows_md5:
        is_right |= hmac.compare_digest(sign_with_md5(secret, signed.salt, signed.timestamp).encode(), given)
    return is_right


def check_credential(new: NewCredential) -> None:
    """Refuse what is no credential: `InvalidParameter`."""
    if not new.title.strip() or len(new.title) > MAX_TITLE_LENGTH or not new.title.isprintable():
        raise InvalidParameter("title", f"1 to {MAX_TITLE_LENGTH} characters")
    if not 1 <= new.expiration <= MAX_EXPIRATION:
        raise InvalidParameter("expiration", f"1 to {MAX_EXPIRATION} seconds")
    if len(new.referers) > MAX_REFERERS or not all(_DOMAIN.fullmatch(one) for one in new.referers):
        raise InvalidParameter("referers", f"at most {MAX_REFERERS} domains such as www.example.com")
    if new.general not in LEVELS:
        raise InvalidParameter("general", "is no permission")
    for section, level in new.permissions.items():
        if section not in (*SECTIONS, SECRETS) or level not in LEVELS:
            raise InvalidParameter("permissions", f"{section} is no section, or {level} no permission")
