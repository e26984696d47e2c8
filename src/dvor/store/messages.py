"""Messages."""

from sqlalchemy import Column, Executable, ForeignKey, Index, Integer, Table, Text, bindparam, select, text

from dvor.model.attachments import Attachment
from dvor.model.messages import Message
from dvor.store.columns import Id, Json, metadata
from dvor.store.conversations import conversations
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all, shapes

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
    sqlite_with_rowid=False,
)

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


@shapes(Message, is_rising=(False, True))
def _page(is_rising: bool) -> Executable:
    bound = bindparam("bound", type_=Id)
    page = _all.where(messages.c.conversation_id == _conversation_id)
    if is_rising:
        page = page.where(messages.c.number >= bound).order_by(messages.c.number)
    else:
        page = page.where(messages.c.number <= bound).order_by(messages.c.number.desc())
    return page.limit(bindparam("count", type_=Integer))


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


async def list_messages(
    tx: Transaction, conversation_id: int, bound: int, count: int, *, is_rising: bool
) -> list[Message]:
    """Return messages from number `bound` on: falling (the newest first), or rising."""
    return await tx.rows(
        _page(is_rising=is_rising), conversation_id=conversation_id, bound=bound, count=count
    )
