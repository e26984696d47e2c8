"""The master key: what is signed, encrypted and hashed with it.

The key lies outside the database (`DIR/master.key`, mode 0600, or the setting `master_key`).  Every purpose has its own
key, derived by HKDF, so that a signature made for one is worth nothing for another.  The library cryptography takes
9 MB: it is imported where something is encrypted, and signing does without it.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from dvor.config import Settings
from dvor.media.files import make_folder, sync_folder

KEY_BYTES = 32
NONCE_BYTES = 12
SIGNATURE_BYTES = 20


class MasterKeyUnusable(Exception):
    """The master key cannot be read, is too short, or is not the one that something was encrypted with."""


class MasterKey:
    """Signs, encrypts and decrypts for named purposes."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise MasterKeyUnusable(f"the master key needs {KEY_BYTES} bytes")
        self._key = key
        self._derived: dict[str, bytes] = {}

    @classmethod
    def open(cls, settings: Settings) -> "MasterKey":
        """Take the key from the settings or from the data folder, where it is made on first use."""
        if settings.master_key:
            return cls(hashlib.sha256(settings.master_key.encode()).digest())
        path = settings.data / "master.key"
        if not path.exists():
            make_folder(settings.data)
            _write_once(path, secrets.token_bytes(KEY_BYTES).hex())
        try:
            return cls(bytes.fromhex(path.read_text("ascii").strip()))
        except ValueError as error:
            raise MasterKeyUnusable(f"{path} holds no key") from error

    def _for(self, purpose: str) -> bytes:
        key = self._derived.get(purpose)
        if key is None:
            # RFC 5869 with SHA-256, no salt and one block: extract, then expand
            extracted = hmac.digest(bytes(KEY_BYTES), self._key, "sha256")
            key = self._derived[purpose] = hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
        return key

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Return a signature of 20 bytes."""
        return hmac.digest(self._for(purpose), message, "sha256")[:SIGNATURE_BYTES]

    def is_signed(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Check a signature in constant time."""
        return hmac.compare_digest(self.sign(purpose, message), signature)

    def encrypt(self, purpose: str, message: bytes) -> bytes:
        """Return the message sealed with AES-256-GCM, its nonce before it."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._for(purpose)).encrypt(nonce, message, None)

    def decrypt(self, purpose: str, sealed: bytes) -> bytes:
        """Open what `encrypt` made; `MasterKeyUnusable` if it was made with another key."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._for(purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:  # the second for what is shorter than a nonce
            raise MasterKeyUnusable(f"the {purpose} was encrypted with another master key") from error


def _write_once(path: Path, text: str) -> None:
    """Write a file that only its owner reads; another process or thread that was first wins."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    sync_folder(path.parent)  # or a crash loses the key, and with it what is encrypted by then


def opens(access_key: str, offered: str) -> bool:
    """Say whether what somebody offers is the key of a photo or document."""
    return bool(offered) and hmac.compare_digest(offered.encode(), access_key.encode())


def hash_secret(text: str) -> bytes:
    """Return the SHA-256 under which a random secret (a token, a code) is stored; for passwords see accounts."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
