"""Sessions, by the hash of their cookie."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select, update

from dvor.model.sessions import Session
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users
from dvor.store.webtv_sessions import delete_webtv_sessions

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", Bytes, primary_key=True),
    Column("user_id", Id, ForeignKey(users.c.id), nullable=False),
    Column("created_at", Id, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("used_at", Id, nullable=False, server_default="0"),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_hash = bindparam("session_hash", type_=Bytes)
_user_id = bindparam("user_id", type_=Id)
_FIND = Statement(select(sessions).where(sessions.c.session_hash == _hash), Session)
_OF_USER = Statement(
    select(sessions).where(sessions.c.user_id == _user_id).order_by(sessions.c.created_at), Session
)
_INSERT = Statement(insert_all(sessions))
_DELETE = Statement(delete(sessions).where(sessions.c.session_hash == _hash))
_DELETE_OWN = Statement(
    delete(sessions).where(sessions.c.session_hash == _hash, sessions.c.user_id == _user_id)
)
_DELETE_ALL = Statement(delete(sessions).where(sessions.c.user_id == _user_id))
_TOUCH = Statement(
    update(sessions).where(sessions.c.session_hash == _hash).values(used_at=bindparam("at", type_=Id))
)
_PRUNE = Statement(delete(sessions).where(sessions.c.expires_at < bindparam("before", type_=Id)))


async def find_session(tx: Transaction, session_hash: bytes) -> Session | None:
    """Return a session, also an expired one."""
    return await tx.row(_FIND, session_hash=session_hash)


async def list_sessions(tx: Transaction, user_id: int) -> list[Session]:
    """Return a user's sessions, oldest first."""
    return await tx.rows(_OF_USER, user_id=user_id)


async def insert_session(tx: Transaction, session: Session) -> None:
    """Store a session."""
    await tx.run(_INSERT, **{name: getattr(session, name) for name in session.__struct_fields__})


async def delete_session(tx: Transaction, session_hash: bytes) -> bool:
    """End a session; say whether there was one."""
    return await tx.run(_DELETE, session_hash=session_hash) > 0


async def delete_own_session(tx: Transaction, user_id: int, session_hash: bytes) -> bool:
    """End a session of a user; False if it is another's or over."""
    return await tx.run(_DELETE_OWN, user_id=user_id, session_hash=session_hash) > 0


async def delete_sessions(tx: Transaction, user_id: int) -> int:
    """End all sessions of a user, also those that other servers have opened; return how many."""
    ended = await delete_webtv_sessions(tx, user_id)
    return ended + await tx.run(_DELETE_ALL, user_id=user_id)


async def touch_sessions(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Store when sessions (`session_hash`) were last seen (`at`)."""
    await tx.run_many(_TOUCH, rows)


async def prune_sessions(tx: Transaction, before: int) -> None:
    """Forget sessions that expired before a Unix time."""
    await tx.run(_PRUNE, before=before)
