"""Passkeys, and the challenges that were answered, so that no answer counts twice."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select, update

from dvor.model.passkeys import Passkey
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users

passkeys = Table(
    "passkeys",
    metadata,
    Column("user_id", Id, ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    Column("credential_id", Bytes, primary_key=True),
    Column("public_key", Bytes, nullable=False),
    Column("sign_count", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    sqlite_with_rowid=False,
)

used_challenges = Table(
    "used_challenges",
    metadata,
    Column("challenge_hash", Bytes, primary_key=True),
    Column("expires_at", Id, nullable=False),
    Index("ix_used_challenges_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_user_id, _credential_id = bindparam("user_id", type_=Id), bindparam("credential_id", type_=Bytes)
_one = (passkeys.c.user_id == _user_id, passkeys.c.credential_id == _credential_id)
_FIND = Statement(select(passkeys).where(*_one), Passkey)
_OF_USER = Statement(
    select(passkeys).where(passkeys.c.user_id == _user_id).order_by(passkeys.c.created_at), Passkey
)
_INSERT = Statement(insert_all(passkeys, ignore_conflict=True))
_USE = Statement(
    update(passkeys)
    .where(*_one)
    .values(sign_count=bindparam("count", type_=Id), used_at=bindparam("at", type_=Id))
)
_DELETE = Statement(delete(passkeys).where(*_one))
_DELETE_ALL = Statement(delete(passkeys).where(passkeys.c.user_id == _user_id))
_USE_CHALLENGE = Statement(insert_all(used_challenges, ignore_conflict=True))
_PRUNE = Statement(
    delete(used_challenges).where(used_challenges.c.expires_at < bindparam("before", type_=Id))
)


async def find_passkey(tx: Transaction, user_id: int, credential_id: bytes) -> Passkey | None:
    """Return a passkey of a user."""
    return await tx.row(_FIND, user_id=user_id, credential_id=credential_id)


async def list_passkeys(tx: Transaction, user_id: int) -> list[Passkey]:
    """Return a user's passkeys, oldest first."""
    return await tx.rows(_OF_USER, user_id=user_id)


async def insert_passkey(tx: Transaction, passkey: Passkey) -> None:
    """Store a passkey, unless the user has it."""
    await tx.run(_INSERT, **{name: getattr(passkey, name) for name in passkey.__struct_fields__})


async def use_passkey(tx: Transaction, user_id: int, credential_id: bytes, count: int, now: int) -> bool:
    """Note a use; False if the passkey is gone."""
    return await tx.run(_USE, user_id=user_id, credential_id=credential_id, count=count, at=now) > 0


async def delete_passkey(tx: Transaction, user_id: int, credential_id: bytes) -> bool:
    """Forget a passkey; False if the user has no such one."""
    return await tx.run(_DELETE, user_id=user_id, credential_id=credential_id) > 0


async def delete_passkeys(tx: Transaction, user_id: int) -> None:
    """Forget all passkeys of a user."""
    await tx.run(_DELETE_ALL, user_id=user_id)


async def use_challenge(tx: Transaction, challenge_hash: bytes, expires_at: int) -> bool:
    """Note that a challenge was answered; False if it was before."""
    return await tx.run(_USE_CHALLENGE, challenge_hash=challenge_hash, expires_at=expires_at) > 0


async def prune_challenges(tx: Transaction, before: int) -> None:
    """Forget the challenges that nobody can answer any more."""
    await tx.run(_PRUNE, before=before)
