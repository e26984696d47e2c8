"""Reactions to messages, one of each member to each message, and those that the message's author has not seen."""

from sqlalchemy import Column, Integer, Table, bindparam, delete, select

from dvor.model.messages import Reaction
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all, upsert

reactions = Table(
    "reactions",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("reaction_id", Integer, nullable=False),
    Column("reacted_at", Id, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

unread_reactions = Table(
    "unread_reactions",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The messages of a member to which others have reacted since he last looked."""

_SAVE = Statement(upsert(reactions, ["reaction_id", "reacted_at"]))
_conversation_id, _user_id = bindparam("conversation_id", type_=Id), bindparam("user_id", type_=Id)
_DELETE = Statement(
    delete(reactions).where(
        reactions.c.conversation_id == bindparam("conversation_id", type_=Id),
        reactions.c.number == bindparam("number", type_=Id),
        reactions.c.user_id == bindparam("user_id", type_=Id),
    )
)
_OF_MESSAGES = Statement(
    select(reactions)
    .where(
        among(reactions.c.conversation_id, "conversation_ids"),
        among(reactions.c.number, "numbers"),
    )
    .order_by(reactions.c.conversation_id, reactions.c.number, reactions.c.user_id),
    Reaction,
)


_OF_MESSAGE = Statement(
    select(reactions)
    .where(
        reactions.c.conversation_id == _conversation_id, reactions.c.number == bindparam("number", type_=Id)
    )
    .order_by(reactions.c.user_id),
    Reaction,
)
_mine = (unread_reactions.c.conversation_id == _conversation_id, unread_reactions.c.user_id == _user_id)
_MARK_UNREAD = Statement(insert_all(unread_reactions, ignore_conflict=True))
_MARK_READ = Statement(delete(unread_reactions).where(*_mine, among(unread_reactions.c.number, "numbers")))
_MARK_ALL_READ = Statement(delete(unread_reactions).where(*_mine))
_UNREAD = Statement(
    select(unread_reactions.c.conversation_id, unread_reactions.c.number)
    .where(
        among(unread_reactions.c.conversation_id, "conversation_ids"), unread_reactions.c.user_id == _user_id
    )
    .order_by(unread_reactions.c.conversation_id, unread_reactions.c.number),
    lambda conversation_id, number: (conversation_id, number),
)


async def save_reaction(tx: Transaction, reaction: Reaction) -> None:
    """Store how a member reacts, in place of what he reacted before."""
    await tx.run(_SAVE, **{name: getattr(reaction, name) for name in reaction.__struct_fields__})


async def delete_reaction(tx: Transaction, conversation_id: int, number: int, user_id: int) -> bool:
    """Take a reaction back; say whether there was one."""
    return await tx.run(_DELETE, conversation_id=conversation_id, number=number, user_id=user_id) > 0


async def list_reactions(tx: Transaction, conversation_id: int, number: int) -> list[Reaction]:
    """Return the reactions to one message."""
    return await tx.rows(_OF_MESSAGE, conversation_id=conversation_id, number=number)


async def mark_unread(tx: Transaction, conversation_id: int, user_id: int, number: int) -> None:
    """Note that the author of a message has yet to see that somebody reacted to it."""
    await tx.run(_MARK_UNREAD, conversation_id=conversation_id, user_id=user_id, number=number)


async def mark_read(
    tx: Transaction, conversation_id: int, user_id: int, numbers: list[int] | None = None
) -> bool:
    """Note that an author has seen the reactions to these messages of his, or to all; say whether he had not."""
    key = {"conversation_id": conversation_id, "user_id": user_id}
    if numbers is None:
        return await tx.run(_MARK_ALL_READ, **key) > 0
    return await tx.run(_MARK_READ, **key, numbers=numbers) > 0


async def load_unread(tx: Transaction, user_id: int, conversation_ids: list[int]) -> dict[int, list[int]]:
    """Return the numbers of a member's messages with reactions that he has not seen, by conversation."""
    found: dict[int, list[int]] = {}
    if conversation_ids:
        rows = await tx.rows(_UNREAD, user_id=user_id, conversation_ids=conversation_ids)
        for conversation_id, number in rows:
            found.setdefault(conversation_id, []).append(number)
    return found


async def load_reactions(
    tx: Transaction, keys: list[tuple[int, int]]
) -> dict[tuple[int, int], list[Reaction]]:
    """Return the reactions to these messages by (conversation, number), in one query."""
    if not keys:
        return {}
    found = await tx.rows(
        _OF_MESSAGES,
        conversation_ids=sorted({conversation_id for conversation_id, _ in keys}),
        numbers=sorted({number for _, number in keys}),
    )
    wanted: dict[tuple[int, int], list[Reaction]] = {}
    for one in found:
        if (one.conversation_id, one.number) in keys:
            wanted.setdefault((one.conversation_id, one.number), []).append(one)
    return wanted
