"""Telephone calls under way: one row for a user and a purpose."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, bindparam, delete, select, update

from dvor.model.calls import Confirmation
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, upsert

confirmations = Table(
    "confirmations",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("purpose", Text, primary_key=True),
    Column("phone", Text, nullable=False),
    Column("digits_hash", Bytes, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("expires_at", Id, nullable=False),
    Column("day", Id, nullable=False),
    Column("calls", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_user_id, _purpose = bindparam("user_id", type_=Id), bindparam("purpose", type_=Text)
_mine = (confirmations.c.user_id == _user_id, confirmations.c.purpose == _purpose)
_FIND = Statement(
    select(confirmations).where(*_mine).with_for_update(),
    lambda *row: Confirmation(**dict(zip(Confirmation.__struct_fields__, row, strict=True))),
)
_SAVE = Statement(upsert(confirmations, ["phone", "digits_hash", "attempts", "expires_at", "day", "calls"]))
_COUNT = Statement(update(confirmations).where(*_mine).values(attempts=confirmations.c.attempts + 1))
_END = Statement(update(confirmations).where(*_mine).values(expires_at=0))
_DELETE = Statement(delete(confirmations).where(confirmations.c.user_id == _user_id))


async def find_confirmation(tx: Transaction, user_id: int, purpose: str) -> Confirmation | None:
    """Return the last call to a user for a purpose."""
    return await tx.row(_FIND, user_id=user_id, purpose=purpose)


async def save_confirmation(tx: Transaction, confirmation: Confirmation) -> None:
    """Store a call in the place of the one before."""
    await tx.run(_SAVE, **{name: getattr(confirmation, name) for name in confirmation.__struct_fields__})


async def count_attempt(tx: Transaction, user_id: int, purpose: str) -> None:
    """Count a guess."""
    await tx.run(_COUNT, user_id=user_id, purpose=purpose)


async def end_confirmation(tx: Transaction, user_id: int, purpose: str) -> None:
    """Let the digits be good no more."""
    await tx.run(_END, user_id=user_id, purpose=purpose)


async def delete_confirmations(tx: Transaction, user_id: int) -> None:
    """Forget the calls to a user."""
    await tx.run(_DELETE, user_id=user_id)
