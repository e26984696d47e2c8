"""Passkeys: keys that a telephone, a computer or a stick keeps for a person to log in with (WebAuthn)."""

from msgspec import Struct

MAX_PASSKEYS = 20
CHALLENGE_SECONDS = 600


class Passkey(Struct, frozen=True):
    """A passkey: its public key (COSE), and how often its device says that it was used (0 if it does not count)."""

    user_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: int
    used_at: int
