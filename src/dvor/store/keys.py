"""Signing keys of identity tokens."""

from msgspec import Struct
from sqlalchemy import Column, Table, Text, bindparam, delete, select

from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, insert_all


class SigningKey(Struct, frozen=True):
    """A key pair as an encrypted JSON Web Key; it signs from `created_at` on until a newer one does."""

    key_id: str
    algorithm: str
    private_key: bytes
    created_at: int


signing_keys = Table(
    "signing_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("algorithm", Text, nullable=False),
    Column("private_key", Bytes, nullable=False),
    Column("created_at", Id, nullable=False),
    sqlite_with_rowid=False,
)

ALL_KEYS = Statement(
    select(signing_keys).order_by(signing_keys.c.created_at, signing_keys.c.key_id), SigningKey
)
_INSERT = Statement(insert_all(signing_keys))
_DELETE = Statement(delete(signing_keys).where(signing_keys.c.key_id == bindparam("key_id", type_=Text)))


async def list_keys(tx: Transaction) -> list[SigningKey]:
    """Return all keys, oldest first."""
    return await tx.rows(ALL_KEYS)


async def insert_key(tx: Transaction, key: SigningKey) -> None:
    """Store a key."""
    await tx.run(_INSERT, **{name: getattr(key, name) for name in key.__struct_fields__})


async def delete_key(tx: Transaction, key_id: str) -> None:
    """Forget a key: what it has signed is believed no more."""
    await tx.run(_DELETE, key_id=key_id)
