"""Invites, by the hash of their code."""

from sqlalchemy import Column, Index, Integer, Table, bindparam, delete, select, update

from dvor.model.invites import Invite
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all

invites = Table(
    "invites",
    metadata,
    Column("code_hash", Bytes, primary_key=True),
    Column("uses_left", Integer, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("expires_at", Id, nullable=False),
    Index("ix_invites_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_hash, _now = bindparam("code_hash", type_=Bytes), bindparam("now", type_=Id)
_FIND = Statement(select(invites).where(invites.c.code_hash == _hash), Invite)
_INSERT = Statement(insert_all(invites))
_USE = Statement(
    update(invites)
    .where(invites.c.code_hash == _hash, invites.c.uses_left > 0, invites.c.expires_at > _now)
    .values(uses_left=invites.c.uses_left - 1)
)
_PRUNE = Statement(delete(invites).where(invites.c.expires_at < bindparam("before", type_=Id)))


async def find_invite(tx: Transaction, code_hash: bytes) -> Invite | None:
    """Return an invite, also an expired or used one."""
    return await tx.row(_FIND, code_hash=code_hash)


async def insert_invite(tx: Transaction, invite: Invite) -> None:
    """Store an invite."""
    await tx.run(_INSERT, **{name: getattr(invite, name) for name in invite.__struct_fields__})


async def use_invite(tx: Transaction, code_hash: bytes, now: int) -> bool:
    """Let one more person in; False if the code is unknown, expired or used up."""
    return await tx.run(_USE, code_hash=code_hash, now=now) > 0


async def prune_invites(tx: Transaction, before: int) -> None:
    """Forget the invites that expired before a Unix time."""
    await tx.run(_PRUNE, before=before)
