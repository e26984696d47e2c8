"""Accounts: what a person logs in with."""

from msgspec import Struct

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1024


class Account(Struct, frozen=True):
    """A login (an e-mail address, case folded), its password hash and, if switched on, the second factor.

    `totp_seed` is encrypted; `totp_last_step` is the newest 30-second step whose code was used;
    `email_verified_at` is 0 until a link that was sent to the address has come back.  `user_name` is a second name to
    log in with, for those whom another server has named.
    """

    user_id: int
    login: str
    password_hash: str
    totp_seed: bytes | None
    totp_last_step: int
    email_verified_at: int
    user_name: str | None
    deactivated: str | None


def fold_login(login: str) -> str:
    """Return the form under which a login is stored and looked up."""
    return login.strip().casefold()
