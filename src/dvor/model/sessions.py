"""Sessions: browsers in which a person is logged in."""

from msgspec import Struct

SESSION_SECONDS = 30 * 86400


class Session(Struct, frozen=True):
    """A browser's log-in by the hash of its cookie: since when, until when, what the browser said of itself, last seen when."""

    session_hash: bytes
    user_id: int
    created_at: int
    expires_at: int
    agent: str
    address: str
    used_at: int
