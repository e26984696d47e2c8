"""Tokens at rest: encrypted and authenticated (Fernet), under keys derived from the site's secret."""

import base64
import hashlib
from collections.abc import Sequence

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dvor_connect.people import Tokens


class VaultLocked(Exception):
    """What is kept was encrypted under a key that is not among those given."""


class Vault:
    """The first key encrypts, all of them decrypt: to change the key, put a new one before the old one."""

    def __init__(self, keys: str | bytes | Sequence[str | bytes]) -> None:
        given = [keys] if isinstance(keys, str | bytes) else list(keys)
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in given])

    def close(self, tokens: Tokens) -> bytes:
        """Return the tokens encrypted."""
        return self._fernet.encrypt(msgspec.json.encode(tokens))

    def open(self, kept: bytes) -> Tokens:
        """Return the tokens; `VaultLocked` if no key fits."""
        try:
            return msgspec.json.decode(self._fernet.decrypt(kept), type=Tokens)
        except InvalidToken:
            raise VaultLocked("the kept tokens were encrypted under another key") from None


def _derive(key: str | bytes) -> bytes:
    key = key.encode() if isinstance(key, str) else key
    if len(key) < 16:
        raise ValueError("the site's key needs at least 16 random characters")
    return base64.urlsafe_b64encode(hashlib.sha256(b"dvor-connect vault\0" + key).digest())
