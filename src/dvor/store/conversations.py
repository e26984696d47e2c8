"""Conversations and what each member sees of them."""

from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    update,
)

from dvor.model.conversations import Conversation, ConversationFilter, Membership, Presence, Unread
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes, upsert

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("low_id", Id, nullable=False),
    Column("high_id", Id, nullable=False),
    Column("last_number", Id, nullable=False),
    Column("pinned_number", Id, nullable=False, server_default="0"),
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
    Column("cleared_number", Id, nullable=False, server_default="0"),
    Column("left_number", Id, nullable=False, server_default="0"),
    Column("presence", Integer, nullable=False, server_default="0"),
    Column("is_admin", Integer, nullable=False, server_default="0"),
    Column("inviter_id", Id, nullable=False, server_default="0"),
    Column("joined_at", Id, nullable=False, server_default="0"),
    Column("is_important", Integer, nullable=False, server_default="0"),
    Column("is_unanswered", Integer, nullable=False, server_default="0"),
    Column("muted_until", Id, nullable=False, server_default="0"),
    Column("is_silent", Integer, nullable=False, server_default="0"),
    Index("ix_members_user_id_last_message_id", "user_id", "last_message_id"),
    Index(
        "ix_members_unread",
        "user_id",
        sqlite_where=text("unread_count > 0"),
        postgresql_where=text("unread_count > 0"),
    ),
    sqlite_with_rowid=False,
)

_OWN_COLUMNS = len(conversations.c)
_user_id = bindparam("user_id", type_=Id)
_pair = (
    conversations.c.low_id == bindparam("low_id", type_=Id),
    conversations.c.high_id == bindparam("high_id", type_=Id),
)
_FIND = Statement(select(conversations).where(*_pair), Conversation)
_PLACE = Statement(
    select(conversations, members)
    .join(members, members.c.conversation_id == conversations.c.id)
    .where(*_pair, members.c.user_id == _user_id),
    lambda *row: (Conversation(*row[:_OWN_COLUMNS]), Membership(*row[_OWN_COLUMNS:])),
)
_LOCK = Statement(select(conversations.c.id).where(*_pair).with_for_update())
_BY_IDS = Statement(select(conversations).where(among(conversations.c.id, "conversation_ids")), Conversation)


def _by_pairs(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return select(conversations).join(
        wanted,
        (conversations.c.low_id == wanted.c.owner_id) & (conversations.c.high_id == wanted.c.item_id),
    )


_BY_PAIRS = Statement(_by_pairs, Conversation)
_PIN = Statement(
    update(conversations)
    .where(conversations.c.id == bindparam("conversation_id", type_=Id))
    .values(pinned_number=bindparam("number", type_=Id))
)
_INSERT = Statement(insert_all(conversations, ignore_conflict=True))
_INSERT_MEMBER = Statement(insert_all(members, ignore_conflict=True))
_SAVE_MEMBER = Statement(
    upsert(members, [c.name for c in members.c if c.name not in ("conversation_id", "user_id")])
)
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
_is_in = members.c.presence == literal_column(str(int(Presence.IN)))
_RECEIVED = Statement(
    update(members)
    .where(
        members.c.conversation_id == bindparam("conversation_id", type_=Id),
        members.c.user_id != _user_id,
        _is_in,
    )
    .values(
        last_number=_number,
        last_message_id=_message_id,
        peer_read_number=_number,
        peer_read_message_id=_message_id,
        unread_count=members.c.unread_count + 1,
    )
    .returning(members.c.user_id, members.c.unread_count),
    lambda user_id, unread: (user_id, unread),
)
_HAS_UNREAD = Statement(select(members.c.unread_count).where(*_member))
_SET_LAST = Statement(
    update(members)
    .where(*_member)
    .values(last_message_id=_message_id, unread_count=bindparam("unread", type_=Integer))
)
_SET_UNANSWERED = Statement(
    update(members).where(*_member).values(is_unanswered=bindparam("value", type_=Integer))
)
_MUTE = Statement(
    update(members)
    .where(*_member)
    .values(muted_until=bindparam("until", type_=Id), is_silent=bindparam("value", type_=Integer))
)
_SET_READ = Statement(
    update(members)
    .where(*_member)
    .values(read_number=_number, read_message_id=_message_id, unread_count=bindparam("unread", type_=Integer))
)
_SET_READ_BY_PEER = Statement(
    update(members)
    .where(
        members.c.conversation_id == bindparam("conversation_id", type_=Id),
        members.c.user_id != _user_id,
        members.c.peer_read_number < _number,
        _is_in,
    )
    .values(peer_read_number=_number, peer_read_message_id=_message_id)
    .returning(members.c.user_id),
    int,
)
_OF_CONVERSATION = Statement(
    select(members)
    .where(members.c.conversation_id == bindparam("conversation_id", type_=Id))
    .order_by(members.c.joined_at, members.c.user_id),
    Membership,
)
_MINE = Statement(
    select(members).where(
        members.c.user_id == _user_id, among(members.c.conversation_id, "conversation_ids")
    ),
    Membership,
)


_is_unread = members.c.unread_count > literal_column("0")  # literally, as in the index
_UNREAD = Statement(
    select(
        func.count().label("conversations"),
        cast(func.coalesce(func.sum(members.c.unread_count), 0), Id).label("messages"),
    ).where(members.c.user_id == _user_id, _is_unread),
    Unread,
)
_COUNT_UNREAD = Statement(
    select(members.c.user_id, func.count())
    .where(among(members.c.user_id, "user_ids"), _is_unread)
    .group_by(members.c.user_id),
    lambda user_id, count: (user_id, count),
)


WHICH: tuple[ConversationFilter, ...] = ("all", "unread", "important", "unanswered")


def _filtered(chosen: Select[Any], which: ConversationFilter) -> Select[Any]:
    column = {
        "unread": members.c.unread_count,
        "important": members.c.is_important,
        "unanswered": members.c.is_unanswered,
    }.get(which)
    return chosen if column is None else chosen.where(column > 0)


@shapes(Membership, which=WHICH, from_start=(False, True))
def _page(which: ConversationFilter, from_start: bool) -> Executable:
    page = select(members).where(
        members.c.user_id == _user_id, members.c.last_message_id > literal_column("0")
    )
    page = _filtered(page, which)
    if from_start:
        page = page.where(members.c.last_message_id <= bindparam("start_message_id", type_=Id))
    page = page.order_by(members.c.last_message_id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, which=WHICH)
def _count(which: ConversationFilter) -> Executable:
    count = (
        select(func.count())
        .select_from(members)
        .where(members.c.user_id == _user_id, members.c.last_message_id > literal_column("0"))
    )
    return _filtered(count, which)


async def sum_unread(tx: Transaction, user_id: int) -> Unread:
    """Return in how many conversations a user has unread messages, and how many messages."""
    unread = await tx.row(_UNREAD, user_id=user_id)
    assert unread is not None
    return unread


async def count_unread(tx: Transaction, user_ids: list[int]) -> dict[int, int]:
    """Return in how many conversations these users have unread messages; who has none is left out."""
    return dict(await tx.rows(_COUNT_UNREAD, user_ids=user_ids)) if user_ids else {}


async def find_dialog(tx: Transaction, one_id: int, other_id: int) -> Conversation | None:
    """Return the dialog of two owners."""
    return await tx.row(_FIND, low_id=min(one_id, other_id), high_id=max(one_id, other_id))


async def find_conversation(tx: Transaction, low_id: int, high_id: int) -> Conversation | None:
    """Return a dialog by its two owners, or (0, number) a chat."""
    return await tx.row(_FIND, low_id=low_id, high_id=high_id)


async def find_place(
    tx: Transaction, user_id: int, low_id: int, high_id: int
) -> tuple[Conversation, Membership] | None:
    """Return a conversation as `find_conversation` does, and what one member sees of it; None if he is none."""
    return await tx.row(_PLACE, user_id=user_id, low_id=low_id, high_id=high_id)


async def lock_dialog(tx: Transaction, one_id: int, other_id: int) -> Conversation:
    """Return the dialog of two users, made if there is none, locked until the end of the transaction."""
    low_id, high_id = min(one_id, other_id), max(one_id, other_id)
    found = await _locked(tx, low_id, high_id)
    if found is not None:
        return found
    number = await next_number(tx, "conversations")
    # if another transaction makes the same dialog now, this waits for it and then inserts nothing
    await tx.run(_INSERT, id=number, low_id=low_id, high_id=high_id, last_number=0, pinned_number=0)
    made = await _locked(tx, low_id, high_id)
    assert made is not None
    sides = [(low_id, high_id)] if low_id == high_id else [(low_id, high_id), (high_id, low_id)]
    await tx.run_many(_INSERT_MEMBER, [member_row(made.id, user_id, peer_id) for user_id, peer_id in sides])
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
) -> list[int]:
    """Bring the sender's view up to his own message: what came before it he has read.

    Returns him if the conversation was unread to him, else nobody.
    """
    unread = await tx.value(_HAS_UNREAD, conversation_id=conversation_id, user_id=sender_id)
    await tx.run(
        _SENT,
        conversation_id=conversation_id,
        user_id=sender_id,
        number=number,
        message_id=message_id,
        unread=0,
    )
    return [sender_id] if unread else []


async def note_received(
    tx: Transaction, conversation_id: int, sender_id: int, number: int, message_id: int
) -> list[int]:
    """Bring the others' views up to a new message: one more unread, and the sender has read all before it.

    Returns those to whom the conversation was read until then.
    """
    found = await tx.rows(
        _RECEIVED, conversation_id=conversation_id, user_id=sender_id, number=number, message_id=message_id
    )
    return [user_id for user_id, unread in found if unread == 1]


async def set_unanswered(tx: Transaction, conversation_id: int, group_id: int, is_unanswered: bool) -> None:
    """Note whether a community (minus its id) has yet to answer a person."""
    value = int(is_unanswered)
    await tx.run(_SET_UNANSWERED, conversation_id=conversation_id, user_id=group_id, value=value)


async def set_muted(tx: Transaction, conversation_id: int, user_id: int, until: int, is_silent: bool) -> None:
    """Note until when a member wants to hear nothing of a conversation (-1 for ever, 0 not), and whether of sounds."""
    key = {"conversation_id": conversation_id, "user_id": user_id}
    await tx.run(_MUTE, **key, until=until, value=int(is_silent))


async def set_last_message(tx: Transaction, view: Membership, message_id: int, unread: int) -> None:
    """Bring a member's view up to date when messages have gone or come back; id 0 is for none."""
    key = {"conversation_id": view.conversation_id, "user_id": view.user_id}
    await tx.run(_SET_LAST, **key, message_id=message_id, unread=unread)


async def note_read(
    tx: Transaction, view: Membership, number: int, message_id: int, unread: int
) -> list[int]:
    """Note that a member has read up to a message; return the others who had not heard of it."""
    key = {"conversation_id": view.conversation_id, "user_id": view.user_id}
    await tx.run(_SET_READ, **key, number=number, message_id=message_id, unread=unread)
    return await tx.rows(_SET_READ_BY_PEER, **key, number=number, message_id=message_id)


async def save_membership(tx: Transaction, view: Membership) -> None:
    """Store a member's view as it is, whether or not there is one."""
    await tx.run(_SAVE_MEMBER, **{name: getattr(view, name) for name in view.__struct_fields__})


async def list_members(tx: Transaction, conversation_id: int) -> list[Membership]:
    """Return all who are or were in a conversation, in the order in which they came."""
    return await tx.rows(_OF_CONVERSATION, conversation_id=conversation_id)


async def load_pairs(tx: Transaction, keys: list[tuple[int, int]]) -> list[Conversation]:
    """Return the existing ones of these dialogs and (0, number) chats, in one query."""
    return await tx.rows(_BY_PAIRS, keys=keys) if keys else []


async def load_conversations(tx: Transaction, conversation_ids: list[int]) -> dict[int, Conversation]:
    """Return these conversations by id."""
    found = await tx.rows(_BY_IDS, conversation_ids=conversation_ids) if conversation_ids else []
    return {one.id: one for one in found}


async def set_pinned(tx: Transaction, conversation_id: int, number: int) -> None:
    """Pin a message, or (0) none."""
    await tx.run(_PIN, conversation_id=conversation_id, number=number)


async def insert_chat_conversation(tx: Transaction, chat_number: int) -> Conversation:
    """Make the conversation of a new chat."""
    number = await next_number(tx, "conversations")
    await tx.run(_INSERT, id=number, low_id=0, high_id=chat_number, last_number=0, pinned_number=0)
    return Conversation(number, 0, chat_number, 0, 0)


async def lock_conversation(tx: Transaction, low_id: int, high_id: int) -> Conversation | None:
    """Return a conversation that exists, locked until the end of the transaction."""
    return await _locked(tx, low_id, high_id)


async def list_memberships(
    tx: Transaction,
    user_id: int,
    offset: int,
    count: int,
    *,
    which: ConversationFilter = "all",
    start_message_id: int = 0,
) -> list[Membership]:
    """Return a page of a user's conversations, the liveliest first."""
    statement = _page(which=which, from_start=start_message_id > 0)
    return await tx.rows(
        statement, user_id=user_id, offset=offset, count=count, start_message_id=start_message_id
    )


async def load_memberships(
    tx: Transaction, user_id: int, conversation_ids: list[int]
) -> dict[int, Membership]:
    """Return a user's views of these conversations, by conversation."""
    found = await tx.rows(_MINE, user_id=user_id, conversation_ids=conversation_ids)
    return {membership.conversation_id: membership for membership in found}


async def count_memberships(tx: Transaction, user_id: int, which: ConversationFilter = "all") -> int:
    """Return how many conversations `list_memberships` would give in all."""
    count: int = await tx.value(_count(which=which), user_id=user_id)
    return count
