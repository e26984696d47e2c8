"""Messages."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    update,
)

from dvor.model.attachments import Attachment
from dvor.model.conversations import Membership, pair_of
from dvor.model.messages import Extra, Message
from dvor.store.columns import Id, Json, metadata
from dvor.store.conversations import conversations
from dvor.store.database import Transaction
from dvor.store.statements import EngineName, Statement, among, insert_all, pairs, shapes, upsert

messages = Table(
    "messages",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("id", Id, nullable=False),
    Column("from_id", Id, nullable=False),
    Column("created_at", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Json(list[Attachment]), nullable=False),
    Column("random_id", Id, nullable=False),
    Column("edited_at", Id, nullable=False, server_default="0"),
    Column("deleted_at", Id, nullable=False, server_default="0"),
    Column("extra", Json(Extra)),
    Index("uq_messages_id", "id", unique=True),
    Index(
        "uq_messages_conversation_id_from_id_random_id",
        "conversation_id",
        "from_id",
        "random_id",
        unique=True,
        sqlite_where=text("random_id <> 0"),
        postgresql_where=text("random_id <> 0"),
    ),
    Index(
        "ix_messages_deleted",
        "conversation_id",
        "number",
        sqlite_where=text("deleted_at <> 0"),
        postgresql_where=text("deleted_at <> 0"),
    ),
    Index(
        "ix_messages_attached",
        "conversation_id",
        "number",
        sqlite_where=text("attachments <> '[]'"),
        postgresql_where=text("attachments <> '[]'"),
    ),
    sqlite_with_rowid=False,
)

message_marks = Table(
    "message_marks",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("is_hidden", Boolean, nullable=False),
    Column("is_important", Boolean, nullable=False),
    Index("ix_message_marks_user_id_is_important", "user_id", "is_important"),
    sqlite_with_rowid=False,
)
"""What one member did to a message for himself: hid it, or marked it as important."""


_all = select(messages, conversations.c.low_id, conversations.c.high_id).join(
    conversations, conversations.c.id == messages.c.conversation_id
)
_conversation_id = bindparam("conversation_id", type_=Id)
_BY_IDS = Statement(_all.where(among(messages.c.id, "message_ids")), Message)
_REPEATED = Statement(
    _all.where(
        messages.c.conversation_id == _conversation_id,
        messages.c.from_id == bindparam("from_id", type_=Id),
        messages.c.random_id == bindparam("random_id", type_=Id),
        messages.c.random_id != text("0"),  # literally, as in the index
    ),
    Message,
)
_INSERT = Statement(insert_all(messages))
_same_message = and_(
    message_marks.c.conversation_id == messages.c.conversation_id, message_marks.c.number == messages.c.number
)


_user_id = bindparam("user_id", type_=Id)
_first, _last = bindparam("first", type_=Id), bindparam("last", type_=Id)
_hidden = (
    select(message_marks.c.number)
    .where(
        message_marks.c.conversation_id == messages.c.conversation_id,
        message_marks.c.user_id == _user_id,
        message_marks.c.number == messages.c.number,
        message_marks.c.is_hidden,
    )
    .correlate(messages)
    .exists()
)
_in_sight = (
    messages.c.conversation_id == _conversation_id,
    messages.c.number >= _first,
    messages.c.number <= _last,
    messages.c.deleted_at == literal_column("0"),
    ~_hidden,
)


@shapes(Message, is_rising=(False, True))
def _page(is_rising: bool) -> Executable:
    order = messages.c.number.asc() if is_rising else messages.c.number.desc()
    ends = (bindparam(name, type_=Id).label(name) for name in ("low_id", "high_id"))
    page = select(messages, *ends).where(*_in_sight).order_by(order)
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


_ATTACHED = Statement(
    _all.where(*_in_sight, text("attachments <> '[]'"))  # literally, as in the index
    .order_by(messages.c.number.desc())
    .limit(bindparam("count", type_=Integer)),
    Message,
)
_BY_NUMBERS = Statement(
    _all.where(messages.c.conversation_id == _conversation_id, among(messages.c.number, "numbers")), Message
)


def _by_keys(engine: EngineName) -> Executable:
    wanted = pairs(engine, "keys")
    return _all.join(
        wanted, (messages.c.conversation_id == wanted.c.owner_id) & (messages.c.number == wanted.c.item_id)
    )


_BY_KEYS = Statement(_by_keys, Message)
_COUNT_UNREAD = Statement(
    select(func.count()).select_from(messages).where(*_in_sight, messages.c.from_id != _user_id)
)
_COUNT_ABOVE = Statement(select(func.count()).select_from(messages).where(*_in_sight))


def _count_gone(engine: EngineName) -> Executable:
    """Count what is deleted, and what the member has hidden of the rest: little, and found without reading the rest."""
    # SQLite takes the primary key, and with it the whole conversation, unless it is told the index
    by = " INDEXED BY ix_messages_deleted" if engine == "sqlite" else ""
    gone = text(f"messages AS gone{by}")
    number: ColumnElement[int] = literal_column("gone.number", Id)
    deleted: ColumnElement[int] = literal_column("gone.deleted_at", Id)
    deleted_count = (
        select(func.count())
        .select_from(gone)
        .where(
            literal_column("gone.conversation_id", Id) == _conversation_id,
            number >= _first,
            number <= _last,
            deleted != literal_column("0"),
        )
    )
    is_there = select(messages.c.id).where(_same_message, messages.c.deleted_at == literal_column("0"))
    hidden_count = (
        select(func.count())
        .select_from(message_marks)
        .where(
            message_marks.c.conversation_id == _conversation_id,
            message_marks.c.user_id == _user_id,
            message_marks.c.number >= _first,
            message_marks.c.number <= _last,
            message_marks.c.is_hidden,
            is_there.correlate(message_marks).exists(),
        )
    )
    return select(deleted_count.scalar_subquery() + hidden_count.scalar_subquery())


_COUNT_GONE = Statement(_count_gone)
_MARKS = Statement(
    select(
        message_marks.c.conversation_id,
        message_marks.c.number,
        message_marks.c.is_hidden,
        message_marks.c.is_important,
    ).where(
        among(message_marks.c.conversation_id, "conversation_ids"),
        message_marks.c.user_id == _user_id,
        among(message_marks.c.number, "numbers"),
    ),
    lambda conversation_id, number, is_hidden, is_important: (
        (conversation_id, number),
        (is_hidden, is_important),
    ),
)
_IMPORTANT = Statement(
    _all.join(message_marks, _same_message)
    .where(
        message_marks.c.user_id == _user_id,
        message_marks.c.is_important,
        messages.c.deleted_at == literal_column("0"),
        messages.c.id <= bindparam("upto", type_=Id),
    )
    .order_by(messages.c.id.desc())
    .limit(bindparam("count", type_=Integer))
    .offset(bindparam("offset", type_=Id)),
    Message,
)
_SET_HIDDEN = Statement(upsert(message_marks, ["is_hidden"]))
_SET_IMPORTANT = Statement(upsert(message_marks, ["is_important"]))
_DELETE = Statement(
    update(messages)
    .where(messages.c.conversation_id == _conversation_id, among(messages.c.number, "numbers"))
    .values(deleted_at=bindparam("at", type_=Id))
)
_EDIT = Statement(
    update(messages)
    .where(messages.c.conversation_id == _conversation_id, messages.c.number == bindparam("number", type_=Id))
    .values(
        text=bindparam("new_text", type_=Text),
        attachments=bindparam("new_attachments", type_=messages.c.attachments.type),
        extra=bindparam("new_extra", type_=messages.c.extra.type),
        edited_at=bindparam("at", type_=Id),
    )
)


async def load_messages(tx: Transaction, message_ids: list[int]) -> dict[int, Message]:
    """Return the existing ones of these messages by their server-wide id, in one query."""
    found = await tx.rows(_BY_IDS, message_ids=message_ids) if message_ids else []
    return {message.id: message for message in found}


async def find_repeated(
    tx: Transaction, conversation_id: int, from_id: int, random_id: int
) -> Message | None:
    """Return the message that its sender sent before with the same `random_id` (not 0)."""
    return await tx.row(_REPEATED, conversation_id=conversation_id, from_id=from_id, random_id=random_id)


async def insert_message(tx: Transaction, message: Message) -> None:
    """Store a message."""
    await tx.run(_INSERT, **{column.name: getattr(message, column.name) for column in messages.c})


async def load_numbered(tx: Transaction, conversation_id: int, numbers: list[int]) -> dict[int, Message]:
    """Return the existing ones of these messages of a conversation by number."""
    found = await tx.rows(_BY_NUMBERS, conversation_id=conversation_id, numbers=numbers) if numbers else []
    return {message.number: message for message in found}


async def load_by_keys(tx: Transaction, keys: list[tuple[int, int]]) -> list[Message]:
    """Return the existing ones of these messages, named by conversation and number."""
    return await tx.rows(_BY_KEYS, keys=keys) if keys else []


async def list_messages(
    tx: Transaction, view: Membership, bounds: tuple[int, int], offset: int, count: int, *, is_rising: bool
) -> list[Message]:
    """Return messages between two numbers that a member sees: falling (the newest first), or rising."""
    low_id, high_id = pair_of(view.user_id, view.peer_id)
    return await tx.rows(
        _page(is_rising=is_rising),
        conversation_id=view.conversation_id,
        low_id=low_id,
        high_id=high_id,
        user_id=view.user_id,
        first=bounds[0],
        last=bounds[1],
        offset=offset,
        count=count,
    )


async def list_attached(
    tx: Transaction, view: Membership, bounds: tuple[int, int], count: int
) -> list[Message]:
    """Return messages with attachments between two numbers that a member sees, the newest first."""
    return await tx.rows(
        _ATTACHED,
        conversation_id=view.conversation_id,
        user_id=view.user_id,
        first=bounds[0],
        last=bounds[1],
        count=count,
    )


async def count_gone(tx: Transaction, view: Membership) -> int:
    """Return how many messages within a member's bounds he does not see, deleted or hidden."""
    first, last = view.bounds
    count: int = await tx.value(
        _COUNT_GONE, conversation_id=view.conversation_id, user_id=view.user_id, first=first, last=last
    )
    return count


async def count_between(
    tx: Transaction, view: Membership, first: int, last: int, *, unread: bool = False
) -> int:
    """Return how many messages a member sees between two numbers, or how many of them are others'."""
    statement = _COUNT_UNREAD if unread else _COUNT_ABOVE
    count: int = await tx.value(
        statement, conversation_id=view.conversation_id, user_id=view.user_id, first=first, last=last
    )
    return count


async def load_marks(
    tx: Transaction, user_id: int, keys: list[tuple[int, int]]
) -> dict[tuple[int, int], tuple[bool, bool]]:
    """Return a member's marks on messages, hidden and important, by (conversation, number)."""
    if not keys:
        return {}
    found = await tx.rows(
        _MARKS,
        user_id=user_id,
        conversation_ids=sorted({conversation_id for conversation_id, _ in keys}),
        numbers=sorted({number for _, number in keys}),
    )
    return dict(found)


async def list_important(tx: Transaction, user_id: int, upto: int, offset: int, count: int) -> list[Message]:
    """Return the messages up to an id that a member has marked as important, newest first."""
    return await tx.rows(_IMPORTANT, user_id=user_id, upto=upto, offset=offset, count=count)


async def set_hidden(tx: Transaction, user_id: int, keys: list[tuple[int, int]], *, is_hidden: bool) -> None:
    """Hide messages from a member, or show them again."""
    rows = [_mark(user_id, key, is_hidden=is_hidden, is_important=False) for key in sorted(keys)]
    await tx.run_many(_SET_HIDDEN, rows)


async def set_important(
    tx: Transaction, user_id: int, keys: list[tuple[int, int]], *, is_important: bool
) -> None:
    """Mark messages as important to a member, or not."""
    rows = [_mark(user_id, key, is_hidden=False, is_important=is_important) for key in sorted(keys)]
    await tx.run_many(_SET_IMPORTANT, rows)


def _mark(user_id: int, key: tuple[int, int], *, is_hidden: bool, is_important: bool) -> dict[str, Any]:
    return {
        "conversation_id": key[0],
        "user_id": user_id,
        "number": key[1],
        "is_hidden": is_hidden,
        "is_important": is_important,
    }


async def mark_deleted(tx: Transaction, conversation_id: int, numbers: list[int], now: int) -> None:
    """Delete messages of a conversation for everybody."""
    await tx.run(_DELETE, conversation_id=conversation_id, numbers=numbers, at=now)


async def change_message(
    tx: Transaction, message: Message, text: str, attachments: list[Attachment], extra: Extra | None, now: int
) -> None:
    """Give a message other content."""
    await tx.run(
        _EDIT,
        conversation_id=message.conversation_id,
        number=message.number,
        new_text=text,
        new_attachments=attachments,
        new_extra=extra,
        at=now,
    )
