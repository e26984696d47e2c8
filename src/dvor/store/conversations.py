"""Conversations and what each member sees of them."""

from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Table,
    bindparam,
    cast,
    func,
    select,
    update,
)

from dvor.model.conversations import Conversation, Membership, Unread
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, insert_all, shapes

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("low_id", Id, nullable=False),
    Column("high_id", Id, nullable=False),
    Column("last_number", Id, nullable=False),
    Index("uq_conversations_low_id_high_id", "low_id", "high_id", unique=True),
)

members = Table(
    "members",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("peer_id", Id, nullable=False),
    Column("last_number", Id, nullable=False),
    Column("last_message_id", Id, nullable=False),
    Column("read_number", Id, nullable=False),
    Column("read_message_id", Id, nullable=False),
    Column("peer_read_number", Id, nullable=False),
    Column("peer_read_message_id", Id, nullable=False),
    Column("unread_count", Integer, nullable=False),
    Index("ix_members_user_id_last_message_id", "user_id", "last_message_id"),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_pair = (
    conversations.c.low_id == bindparam("low_id", type_=Id),
    conversations.c.high_id == bindparam("high_id", type_=Id),
)
_FIND = Statement(select(conversations).where(*_pair), Conversation)
_LOCK = Statement(select(conversations.c.id).where(*_pair).with_for_update())
_INSERT = Statement(insert_all(conversations, ignore_conflict=True))
_INSERT_MEMBER = Statement(insert_all(members, ignore_conflict=True))
_NEXT = Statement(
    update(conversations)
    .where(conversations.c.id == bindparam("conversation_id", type_=Id))
    .values(last_number=conversations.c.last_number + 1)
    .returning(conversations.c.last_number)
)
_member = (members.c.conversation_id == bindparam("conversation_id", type_=Id), members.c.user_id == _user_id)
_number, _message_id = bindparam("number", type_=Id), bindparam("message_id", type_=Id)
_SENT = Statement(
    update(members)
    .where(*_member)
    .values(
        last_number=_number,
        last_message_id=_message_id,
        read_number=_number,
        read_message_id=_message_id,
        unread_count=bindparam("unread", type_=Integer),
    )
)
_RECEIVED = Statement(
    update(members)
    .where(*_member)
    .values(
        last_number=_number,
        last_message_id=_message_id,
        peer_read_number=_number,
        peer_read_message_id=_message_id,
        unread_count=members.c.unread_count + 1,
    )
)
_MINE = Statement(
    select(members).where(
        members.c.user_id == _user_id, among(members.c.conversation_id, "conversation_ids")
    ),
    Membership,
)


_UNREAD = Statement(
    select(
        func.count().label("conversations"),
        cast(func.coalesce(func.sum(members.c.unread_count), 0), Id).label("messages"),
    ).where(members.c.user_id == _user_id, members.c.unread_count > 0),
    Unread,
)


@shapes(Membership, unread_only=(False, True), from_start=(False, True))
def _page(unread_only: bool, from_start: bool) -> Executable:
    page = select(members).where(members.c.user_id == _user_id)
    if unread_only:
        page = page.where(members.c.unread_count > 0)
    if from_start:
        page = page.where(members.c.last_message_id <= bindparam("start_message_id", type_=Id))
    page = page.order_by(members.c.last_message_id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, unread_only=(False, True))
def _count(unread_only: bool) -> Executable:
    count = select(func.count()).select_from(members).where(members.c.user_id == _user_id)
    return count.where(members.c.unread_count > 0) if unread_only else count


async def sum_unread(tx: Transaction, user_id: int) -> Unread:
    """Return in how many conversations a user has unread messages, and how many messages."""
    unread = await tx.row(_UNREAD, user_id=user_id)
    assert unread is not None
    return unread


async def find_dialog(tx: Transaction, one_id: int, other_id: int) -> Conversation | None:
    """Return the dialog of two users."""
    return await tx.row(_FIND, low_id=min(one_id, other_id), high_id=max(one_id, other_id))


async def lock_dialog(tx: Transaction, one_id: int, other_id: int) -> Conversation:
    """Return the dialog of two users, made if there is none, locked until the end of the transaction."""
    low_id, high_id = min(one_id, other_id), max(one_id, other_id)
    found = await _locked(tx, low_id, high_id)
    if found is not None:
        return found
    number = await next_number(tx, "conversations")
    # if another transaction makes the same dialog now, this waits for it and then inserts nothing
    await tx.run(_INSERT, id=number, low_id=low_id, high_id=high_id, last_number=0)
    made = await _locked(tx, low_id, high_id)
    assert made is not None
    pairs = [(low_id, high_id)] if low_id == high_id else [(low_id, high_id), (high_id, low_id)]
    await tx.run_many(_INSERT_MEMBER, [member_row(made.id, user_id, peer_id) for user_id, peer_id in pairs])
    return made


async def _locked(tx: Transaction, low_id: int, high_id: int) -> Conversation | None:
    await tx.lock(_LOCK, low_id=low_id, high_id=high_id)
    return await tx.row(_FIND, low_id=low_id, high_id=high_id)


def member_row(conversation_id: int, user_id: int, peer_id: int) -> dict[str, Any]:
    """Return the row of `members` for a conversation in which nothing was said yet."""
    row: dict[str, Any] = dict.fromkeys(Membership.__struct_fields__, 0)
    return row | {"conversation_id": conversation_id, "user_id": user_id, "peer_id": peer_id}


async def next_message_number(tx: Transaction, conversation_id: int) -> int:
    """Draw the next number within a locked conversation."""
    number: int = await tx.value(_NEXT, conversation_id=conversation_id)
    return number


async def note_sent(
    tx: Transaction, conversation_id: int, sender_id: int, number: int, message_id: int
) -> None:
    """Bring the sender's view up to his own message: what came before it he has read."""
    await tx.run(
        _SENT,
        conversation_id=conversation_id,
        user_id=sender_id,
        number=number,
        message_id=message_id,
        unread=0,
    )


async def note_received(
    tx: Transaction, conversation_id: int, receiver_id: int, number: int, message_id: int
) -> None:
    """Bring a receiver's view up to a new message: one more unread, and the other side has read all before it."""
    await tx.run(
        _RECEIVED, conversation_id=conversation_id, user_id=receiver_id, number=number, message_id=message_id
    )


async def list_memberships(
    tx: Transaction, user_id: int, offset: int, count: int, *, unread_only: bool, start_message_id: int = 0
) -> list[Membership]:
    """Return a page of a user's conversations, the liveliest first."""
    statement = _page(unread_only=unread_only, from_start=start_message_id > 0)
    return await tx.rows(
        statement, user_id=user_id, offset=offset, count=count, start_message_id=start_message_id
    )


async def load_memberships(
    tx: Transaction, user_id: int, conversation_ids: list[int]
) -> dict[int, Membership]:
    """Return a user's views of these conversations, by conversation."""
    found = await tx.rows(_MINE, user_id=user_id, conversation_ids=conversation_ids)
    return {membership.conversation_id: membership for membership in found}


async def count_memberships(tx: Transaction, user_id: int, *, unread_only: bool) -> int:
    """Return how many conversations a user has, or how many with something unread."""
    count: int = await tx.value(_count(unread_only=unread_only), user_id=user_id)
    return count
