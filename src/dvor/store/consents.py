"""Consents: what people have allowed apps."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, select

from dvor.model.consents import Consent
from dvor.store.apps import apps
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, upsert
from dvor.store.users import users

consents = Table(
    "consents",
    metadata,
    Column("user_id", Id, ForeignKey(users.c.id), primary_key=True, autoincrement=False),
    Column("app_id", Id, ForeignKey(apps.c.id), primary_key=True, autoincrement=False),
    Column("protocol", Text, primary_key=True),
    Column("scope", Id, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("used_at", Id, nullable=False),
    Index("ix_consents_app_id", "app_id"),
    sqlite_with_rowid=False,
)

_user_id, _app_id = bindparam("user_id", type_=Id), bindparam("app_id", type_=Id)
_OF_USER = Statement(
    select(consents).where(consents.c.user_id == _user_id).order_by(consents.c.app_id, consents.c.protocol),
    Consent,
)
_OF_APP = Statement(
    select(consents).where(consents.c.user_id == _user_id, consents.c.app_id == _app_id), Consent
)
_SAVE = Statement(upsert(consents, ["scope", "redirect_uri", "used_at"]))
_DELETE_ALL = Statement(delete(consents).where(consents.c.user_id == _user_id))
_DELETE = Statement(delete(consents).where(consents.c.user_id == _user_id, consents.c.app_id == _app_id))
_DELETE_OF_APP = Statement(delete(consents).where(consents.c.app_id == _app_id))


async def list_consents(tx: Transaction, user_id: int) -> list[Consent]:
    """Return everything that a user has allowed, app by app."""
    return await tx.rows(_OF_USER, user_id=user_id)


async def find_consents(tx: Transaction, user_id: int, app_id: int) -> dict[str, Consent]:
    """Return what a user has allowed an app, by protocol."""
    return {one.protocol: one for one in await tx.rows(_OF_APP, user_id=user_id, app_id=app_id)}


async def save_consent(tx: Transaction, consent: Consent) -> None:
    """Store a consent, or its new scope and last use."""
    await tx.run(_SAVE, **{name: getattr(consent, name) for name in consent.__struct_fields__})


async def delete_consents(tx: Transaction, user_id: int, app_id: int) -> int:
    """Forget what a user has allowed an app; return in how many protocols."""
    return await tx.run(_DELETE, user_id=user_id, app_id=app_id)


async def delete_consents_of_app(tx: Transaction, app_id: int) -> None:
    """Forget what anybody has allowed an app."""
    await tx.run(_DELETE_OF_APP, app_id=app_id)


async def delete_consents_of_user(tx: Transaction, user_id: int) -> None:
    """Take back all that a user has allowed."""
    await tx.run(_DELETE_ALL, user_id=user_id)
