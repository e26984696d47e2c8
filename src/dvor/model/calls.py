"""Telephone calls that confirm a person: the last digits of the calling number are the secret."""

from msgspec import Struct

DIGITS = 4
DIGITS_SECONDS = 300
MAX_ATTEMPTS = 5
MAX_CALLS_A_DAY = 5


class Confirmation(Struct, frozen=True, kw_only=True):
    """The last call to a user for a purpose; `digits_hash` is made under the master key, `calls` counts those of `day`."""

    user_id: int
    purpose: str
    phone: str
    digits_hash: bytes
    attempts: int
    expires_at: int
    day: int
    calls: int
