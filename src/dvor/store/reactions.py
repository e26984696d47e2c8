"""Reactions to messages, one of each member to each message."""

from sqlalchemy import Column, Integer, Table, bindparam, delete, select

from dvor.model.messages import Reaction
from dvor.store.columns import Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, upsert

reactions = Table(
    "reactions",
    metadata,
    Column("conversation_id", Id, primary_key=True, autoincrement=False),
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("reaction_id", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_SAVE = Statement(upsert(reactions, ["reaction_id"]))
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


async def save_reaction(tx: Transaction, reaction: Reaction) -> None:
    """Store how a member reacts, in place of what he reacted before."""
    await tx.run(_SAVE, **{name: getattr(reaction, name) for name in reaction.__struct_fields__})


async def delete_reaction(tx: Transaction, conversation_id: int, number: int, user_id: int) -> bool:
    """Take a reaction back; say whether there was one."""
    return await tx.run(_DELETE, conversation_id=conversation_id, number=number, user_id=user_id) > 0


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
