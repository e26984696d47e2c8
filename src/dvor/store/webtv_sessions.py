"""Sessions that other servers have opened for users: one for each user and credential."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select, update

from dvor.model.webtv_profiles import WebTVSession
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, upsert
from dvor.store.users import users

webtv_sessions = Table(
    "webtv_sessions",
    metadata,
    Column("user_id", Id, ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    Column("key_id", Text, ForeignKey("credentials.key_id"), primary_key=True),
    Column("sealed_id", Bytes, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Column("address", Text, nullable=False),
    Index("ix_webtv_sessions_key_id", "key_id"),
    Index("ix_webtv_sessions_used_at", "used_at"),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id_", type_=Id)
_key_id = bindparam("key_id_", type_=Text)
_LOAD = Statement(
    select(webtv_sessions).where(
        among(webtv_sessions.c.user_id, "user_ids"), webtv_sessions.c.key_id == _key_id
    ),
    WebTVSession,
)
_SAVE = Statement(upsert(webtv_sessions, ["sealed_id", "created_at", "used_at", "address"]))
_USE = Statement(
    update(webtv_sessions)
    .where(webtv_sessions.c.user_id == _user_id, webtv_sessions.c.key_id == _key_id)
    .values(used_at=bindparam("at", type_=Id), address=bindparam("new_address", type_=Text))
)
_DELETE = Statement(
    delete(webtv_sessions).where(webtv_sessions.c.user_id == _user_id, webtv_sessions.c.key_id == _key_id)
)
_DELETE_OF_USER = Statement(delete(webtv_sessions).where(webtv_sessions.c.user_id == _user_id))
_DELETE_OF_KEY = Statement(delete(webtv_sessions).where(webtv_sessions.c.key_id == _key_id))
_PRUNE = Statement(delete(webtv_sessions).where(webtv_sessions.c.used_at < bindparam("before", type_=Id)))


async def load_webtv_sessions(tx: Transaction, user_ids: list[int], key_id: str) -> dict[int, WebTVSession]:
    """Return the sessions of these users with a credential by user id, also those that are over."""
    found = await tx.rows(_LOAD, user_ids=user_ids, key_id_=key_id) if user_ids else []
    return {session.user_id: session for session in found}


async def save_webtv_session(tx: Transaction, session: WebTVSession) -> None:
    """Store a session in place of the one that the user has with the credential."""
    await tx.run(_SAVE, **{name: getattr(session, name) for name in session.__struct_fields__})


async def use_webtv_session(tx: Transaction, user_id: int, key_id: str, now: int, address: str) -> None:
    """Note that a session is in use, and whence."""
    await tx.run(_USE, user_id_=user_id, key_id_=key_id, at=now, new_address=address)


async def delete_webtv_session(tx: Transaction, user_id: int, key_id: str) -> bool:
    """End the session of a user with a credential; say whether there was one."""
    return await tx.run(_DELETE, user_id_=user_id, key_id_=key_id) > 0


async def delete_webtv_sessions(tx: Transaction, user_id: int) -> int:
    """End all such sessions of a user; return how many."""
    return await tx.run(_DELETE_OF_USER, user_id_=user_id)


async def delete_webtv_sessions_of_credential(tx: Transaction, key_id: str) -> None:
    """End all sessions that were opened with a credential."""
    await tx.run(_DELETE_OF_KEY, key_id_=key_id)


async def prune_webtv_sessions(tx: Transaction, before: int) -> None:
    """Forget sessions that were last used before a Unix time."""
    await tx.run(_PRUNE, before=before)
