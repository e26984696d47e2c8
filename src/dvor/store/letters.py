"""The links in letters, by the hash of their secret."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select

from dvor.model.letters import Link
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all
from dvor.store.users import users

links = Table(
    "links",
    metadata,
    Column("secret_hash", Bytes, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("user_id", Id, ForeignKey(users.c.id)),
    Column("body", Json(dict[str, str]), nullable=False),
    Column("expires_at", Id, nullable=False),
    Index("ix_links_user_id", "user_id"),
    Index("ix_links_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_hash = bindparam("secret_hash", type_=Bytes)
_FIND = Statement(select(links).where(links.c.secret_hash == _hash), Link)
_INSERT = Statement(insert_all(links))
_DELETE = Statement(delete(links).where(links.c.secret_hash == _hash))
_DELETE_ALL = Statement(delete(links).where(links.c.user_id == bindparam("user_id", type_=Id)))
_PRUNE = Statement(delete(links).where(links.c.expires_at < bindparam("before", type_=Id)))


async def find_link(tx: Transaction, secret_hash: bytes) -> Link | None:
    """Return a link, also an expired one."""
    return await tx.row(_FIND, secret_hash=secret_hash)


async def insert_link(tx: Transaction, link: Link) -> None:
    """Store a link."""
    await tx.run(_INSERT, **{name: getattr(link, name) for name in link.__struct_fields__})


async def delete_link(tx: Transaction, secret_hash: bytes) -> bool:
    """Use up a link; False if somebody else was faster."""
    return await tx.run(_DELETE, secret_hash=secret_hash) > 0


async def delete_links(tx: Transaction, user_id: int) -> None:
    """Forget the links of a user."""
    await tx.run(_DELETE_ALL, user_id=user_id)


async def prune_links(tx: Transaction, before: int) -> None:
    """Forget the links that expired before a Unix time."""
    await tx.run(_PRUNE, before=before)
