"""Credentials of other servers, the salts that were used, and what is counted of the calls a day."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    select,
    update,
)

from dvor.model.credentials import Credential, CredentialDay
from dvor.store.columns import Bytes, Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, insert_all, inserting

credentials = Table(
    "credentials",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("expiration", Integer, nullable=False),
    Column("referers", Json(list[str]), nullable=False),
    Column("has_statistics", Boolean, nullable=False),
    Column("general", Text, nullable=False),
    Column("permissions", Json(dict[str, str]), nullable=False),
    Column("allows_md5", Boolean, nullable=False),
    Column("uses_salts_once", Boolean, nullable=False),
    Column("secret", Bytes, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    sqlite_with_rowid=False,
)

credential_days = Table(
    "credential_days",
    metadata,
    Column("key_id", Text, ForeignKey("credentials.key_id"), primary_key=True),
    Column("day", Id, primary_key=True, autoincrement=False),
    Column("action", Text, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    sqlite_with_rowid=False,
)

credential_salts = Table(
    "credential_salts",
    metadata,
    Column("key_id", Text, ForeignKey("credentials.key_id"), primary_key=True),
    Column("salt_hash", Bytes, primary_key=True),
    Column("expires_at", Id, nullable=False),
    Index("ix_credential_salts_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)

_key_id = bindparam("key_id_", type_=Text)
_BY_ID = Statement(select(credentials).where(credentials.c.key_id == _key_id), Credential)
ALL_CREDENTIALS = Statement(
    select(credentials).order_by(credentials.c.created_at, credentials.c.key_id), Credential
)
_INSERT = Statement(insert_all(credentials))
_CHANGED = (
    "title",
    "expiration",
    "referers",
    "has_statistics",
    "general",
    "permissions",
    "allows_md5",
    "uses_salts_once",
)
_UPDATE = Statement(
    update(credentials)
    .where(credentials.c.key_id == _key_id)
    .values({name: bindparam(name, type_=credentials.c[name].type) for name in _CHANGED})
)
_SET_SECRET = Statement(
    update(credentials).where(credentials.c.key_id == _key_id).values(secret=bindparam("sealed", type_=Bytes))
)
_SET_USED = Statement(
    update(credentials).where(credentials.c.key_id == _key_id).values(used_at=bindparam("at", type_=Id))
)
_DELETE = Statement(delete(credentials).where(credentials.c.key_id == _key_id))
_DELETE_DAYS = Statement(delete(credential_days).where(credential_days.c.key_id == _key_id))
_DELETE_SALTS = Statement(delete(credential_salts).where(credential_salts.c.key_id == _key_id))
_DAYS = Statement(
    select(credential_days)
    .where(credential_days.c.key_id == _key_id, credential_days.c.day >= bindparam("since", type_=Id))
    .order_by(credential_days.c.day, credential_days.c.action),
    CredentialDay,
)
_USE_SALT = Statement(insert_all(credential_salts, ignore_conflict=True))
_PRUNE_SALTS = Statement(
    delete(credential_salts).where(credential_salts.c.expires_at < bindparam("before", type_=Id))
)


def _add_day(engine: EngineName) -> Executable:
    statement = inserting(credential_days, engine).values(
        {column.name: bindparam(column.name, type_=column.type) for column in credential_days.c}
    )
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=list(credential_days.primary_key.columns),
        set_={name: credential_days.c[name] + statement.excluded[name] for name in ("calls", "errors")},
    )


_ADD_DAY = Statement(_add_day)


async def find_credential(tx: Transaction, key_id: str) -> Credential | None:
    """Return a credential by its Key ID."""
    return await tx.row(_BY_ID, key_id_=key_id)


async def list_credentials(tx: Transaction) -> list[Credential]:
    """Return all credentials, oldest first."""
    return await tx.rows(ALL_CREDENTIALS)


async def insert_credential(tx: Transaction, credential: Credential) -> None:
    """Store a credential."""
    await tx.run(_INSERT, **{name: getattr(credential, name) for name in credential.__struct_fields__})


async def update_credential(tx: Transaction, key_id: str, changed: dict[str, Any]) -> bool:
    """Store what an administrator may change; say whether there is such a credential."""
    return await tx.run(_UPDATE, key_id_=key_id, **{name: changed[name] for name in _CHANGED}) > 0


async def set_credential_secret(tx: Transaction, key_id: str, sealed: bytes) -> bool:
    """Replace the encrypted secret; say whether there is such a credential."""
    return await tx.run(_SET_SECRET, key_id_=key_id, sealed=sealed) > 0


async def delete_credential(tx: Transaction, key_id: str) -> bool:
    """Delete a credential with its counts and salts; say whether there was one."""
    await tx.run(_DELETE_DAYS, key_id_=key_id)
    await tx.run(_DELETE_SALTS, key_id_=key_id)
    return await tx.run(_DELETE, key_id_=key_id) > 0


async def use_salt(tx: Transaction, key_id: str, salt_hash: bytes, expires_at: int) -> bool:
    """Note a salt as used until its request is too old anyway; False if it was used before."""
    return await tx.run(_USE_SALT, key_id=key_id, salt_hash=salt_hash, expires_at=expires_at) > 0


async def prune_salts(tx: Transaction, before: int) -> None:
    """Forget the salts of requests that are too old by now."""
    await tx.run(_PRUNE_SALTS, before=before)


async def list_credential_days(tx: Transaction, key_id: str, since: int) -> list[CredentialDay]:
    """Return the counts of the days from `since` (days since 1970) on, by day and action."""
    return await tx.rows(_DAYS, key_id_=key_id, since=since)


async def touch_credentials(tx: Transaction, uses: dict[str, int], days: list[CredentialDay]) -> None:
    """Note last uses by Key ID, and add to the counts; what belongs to a deleted credential is dropped."""
    known = {key_id for key_id in sorted(uses) if await tx.run(_SET_USED, key_id_=key_id, at=uses[key_id])}
    rows = [
        {name: getattr(day, name) for name in day.__struct_fields__} for day in days if day.key_id in known
    ]
    await tx.run_many(_ADD_DAY, rows)
