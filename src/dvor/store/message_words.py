"""The words of messages, kept by conversation so that a member searches only what is his."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    intersect,
    literal_column,
    select,
)

from dvor.model.messages import Message
from dvor.store.columns import Id, metadata
from dvor.store.conversations import conversations, members
from dvor.store.database import Transaction
from dvor.store.messages import message_marks, messages
from dvor.store.statements import Statement, insert_all, shapes
from dvor.store.words import MAX_WORDS, Word, beginning_values, begins

message_words = Table(
    "message_words",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversations.id"), primary_key=True, autoincrement=False),
    Column("word", Word, primary_key=True),
    Column("number", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_INSERT = Statement(insert_all(message_words, ignore_conflict=True))
_DELETE = Statement(
    delete(message_words).where(
        message_words.c.conversation_id == bindparam("conversation_id", type_=Id),
        message_words.c.word == bindparam("word", type_=Text),
        message_words.c.number == bindparam("number", type_=Id),
    )
)
_last_seen = case(
    (members.c.left_number > literal_column("0"), members.c.left_number), else_=members.c.last_number
)


def _hits(place: int, is_single: bool) -> Select[Any]:
    """Choose the messages within a member's bounds that have a word with the beginning of this place."""
    hits = (
        select(message_words.c.conversation_id, message_words.c.number)
        .distinct()
        .select_from(
            members.join(message_words, message_words.c.conversation_id == members.c.conversation_id)
        )
        .where(
            members.c.user_id == _user_id,
            begins(message_words.c.word, place),
            message_words.c.number > members.c.cleared_number,
            message_words.c.number <= _last_seen,
        )
    )
    if is_single:
        return hits.where(members.c.conversation_id == bindparam("conversation_id", type_=Id))
    return hits


def _found(chosen: Select[Any], words: int, is_single: bool) -> Select[Any]:
    parts = [_hits(place, is_single) for place in range(words)]
    hits = (parts[0] if words == 1 else intersect(*parts)).subquery("hits")
    hidden = (
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
    source = hits.join(
        messages,
        (messages.c.conversation_id == hits.c.conversation_id) & (messages.c.number == hits.c.number),
    ).join(conversations, conversations.c.id == messages.c.conversation_id)
    return chosen.select_from(source).where(
        messages.c.deleted_at == literal_column("0"),
        messages.c.created_at < bindparam("before", type_=Id),
        ~hidden,
    )


_COUNTS = tuple(range(1, MAX_WORDS + 1))


@shapes(Message, words=_COUNTS, is_single=(False, True))
def _page(words: int, is_single: bool) -> Executable:
    page = _found(select(messages, conversations.c.low_id, conversations.c.high_id), words, is_single)
    page = page.order_by(messages.c.id.desc())
    return page.limit(bindparam("count", type_=Integer)).offset(bindparam("offset", type_=Id))


@shapes(None, words=_COUNTS, is_single=(False, True))
def _count(words: int, is_single: bool) -> Executable:
    return _found(select(func.count()), words, is_single)


def word_rows(conversation_id: int, number: int, words: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of `message_words` for a message."""
    return [{"conversation_id": conversation_id, "word": word, "number": number} for word in sorted(words)]


async def insert_words(tx: Transaction, conversation_id: int, number: int, words: Iterable[str]) -> None:
    """Let a message be found by these words."""
    if rows := word_rows(conversation_id, number, words):
        await tx.run_many(_INSERT, rows)


async def delete_words(tx: Transaction, conversation_id: int, number: int, words: Iterable[str]) -> None:
    """Let a message no longer be found by these words."""
    if rows := word_rows(conversation_id, number, words):
        await tx.run_many(_DELETE, rows)


async def search_messages(
    tx: Transaction,
    user_id: int,
    beginnings: list[str],
    *,
    conversation_id: int,
    before: int,
    offset: int,
    count: int,
) -> tuple[int, list[Message]]:
    """Return a page of what a member sees and that has words with all these beginnings, and how much there is.

    Newest first; of one conversation, or (0) of all of his; said before a time.  Of more than `MAX_WORDS` beginnings
    the longest are looked for.
    """
    words, found = beginning_values(beginnings)
    values = found | {"user_id": user_id, "conversation_id": conversation_id, "before": before}
    shape = {"words": words, "is_single": conversation_id > 0}
    total: int = await tx.value(_count(**shape), **values)
    page = await tx.rows(_page(**shape), **values, offset=offset, count=count) if total and count else []
    return total, page
