"""Sessions: a browser gets a secret when a person logs in, and loses it when the person logs out."""

import secrets

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.model.sessions import SESSION_SECONDS, Session
from dvor.model.users import User
from dvor.store import sessions as store
from dvor.store.database import Transaction
from dvor.store.users import load_users

MAX_AGENT_LENGTH = 200
SEEN_SECONDS = 60


async def open_session(
    courtyard: Courtyard,
    user_id: int,
    *,
    agent: str = "",
    address: str = "",
    seconds: int = SESSION_SECONDS,
) -> str:
    """Log a browser in; return the text for its cookie, always a new one (no fixation)."""
    text, now = secrets.token_urlsafe(32), courtyard.now
    session = Session(hash_secret(text), user_id, now, now + seconds, agent[:MAX_AGENT_LENGTH], address, now)
    await courtyard.database.write(lambda tx: store.insert_session(tx, session))
    return text


async def find_session(tx: Transaction, text: str, now: int) -> tuple[Session, User] | None:
    """Return the session of a cookie and its user; None if it is over or the user is deleted or banned."""
    session = await store.find_session(tx, hash_secret(text)) if text else None
    if session is None or session.expires_at <= now:
        return None
    user = (await load_users(tx, [session.user_id])).get(session.user_id)
    return None if user is None or user.deactivated else (session, user)


def see_session(courtyard: Courtyard, session: Session) -> None:
    """Note that a browser is here, once a minute."""
    if courtyard.now - session.used_at >= SEEN_SECONDS:
        courtyard.touches.use_session(session.session_hash, courtyard.now)


async def close_session(courtyard: Courtyard, text: str) -> None:
    """Log a browser out."""
    session_hash = hash_secret(text)
    await courtyard.database.write(lambda tx: store.delete_session(tx, session_hash))


async def revoke_session(tx: Transaction, user_id: int, session_hash: bytes) -> bool:
    """Log another browser of a user out; False if the session is not his."""
    return await store.delete_own_session(tx, user_id, session_hash)


async def list_sessions(tx: Transaction, user_id: int, now: int) -> list[Session]:
    """Return the sessions of a user that are not over, oldest first."""
    return [one for one in await store.list_sessions(tx, user_id) if one.expires_at > now]
