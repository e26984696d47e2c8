"""Reactions to messages: giving them, taking them back, and what their messages' authors have not seen yet."""

from dvor.core.conversations import get_conversation, load_receivers
from dvor.core.events import tell
from dvor.core.messages import find_message
from dvor.model.conversations import peer_of
from dvor.model.errors import AccessDenied, ReactionUnknown
from dvor.model.events import ReactionEvent, UnreadReactionsEvent
from dvor.model.messages import REACTIONS, Message, Reaction
from dvor.store import conversations, messages
from dvor.store import reactions as store
from dvor.store.database import Transaction

NAMED = 3
"""How many of those who gave a reaction are named beside their number (VK's figure)."""


async def react(
    tx: Transaction, user_id: int, peer_id: int, number: int, reaction_id: int, *, now: int
) -> None:
    """React to a message in place of what one reacted before; 0 takes the reaction back.

    `MessageNotFound`, `AccessDenied` (out of the chat), `ReactionUnknown`.
    """
    if not 0 <= reaction_id <= len(REACTIONS):
        raise ReactionUnknown(str(reaction_id))
    conversation, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    message = await find_message(tx, user_id, peer_id, number=number)
    if not view.is_in:
        raise AccessDenied("you are not in the chat")
    if reaction_id:
        await store.save_reaction(tx, Reaction(conversation.id, number, user_id, reaction_id, now))
    elif not await store.delete_reaction(tx, conversation.id, number, user_id):
        return
    found = await store.list_reactions(tx, conversation.id, number)
    counts = [(kind, len(who), who[:NAMED]) for kind, who in group_reactions(found).items()]
    receivers = await load_receivers(tx, conversation)
    bodies = {
        one: ReactionEvent(message.peer_for(one), number, user_id, reaction_id, counts) for one in receivers
    }
    await tell(tx, "message_reacted", bodies, now)
    if message.from_id > 0 and message.from_id != user_id:
        await _note_unread(tx, message, is_new=reaction_id > 0, others=found, now=now)


def group_reactions(found: list[Reaction]) -> dict[int, list[int]]:
    """Return who has reacted, by the reaction, in the order of VK's numbers."""
    by_kind: dict[int, list[int]] = {}
    for one in found:
        by_kind.setdefault(one.reaction_id, []).append(one.user_id)
    return dict(sorted(by_kind.items()))


async def _note_unread(
    tx: Transaction, message: Message, *, is_new: bool, others: list[Reaction], now: int
) -> None:
    """Mark a message's reactions as unseen by its author, or (the last of others is gone) as nothing to see."""
    author_id, conversation_id = message.from_id, message.conversation_id
    if not is_new:
        if all(one.user_id == author_id for one in others):
            await forget_unseen(tx, author_id, message, [message.number], now=now)
        return
    key = (conversation_id, message.number)
    view = (await conversations.load_memberships(tx, author_id, [conversation_id])).get(conversation_id)
    is_hidden = (await messages.load_marks(tx, author_id, [key])).get(key, (False, False))[0]
    if view is None or not view.is_in or is_hidden or not message.is_in_sight(view):
        return
    await store.mark_unread(tx, conversation_id, author_id, message.number)
    await _tell_unread(tx, author_id, message, now)


async def mark_reactions_read(
    tx: Transaction, user_id: int, peer_id: int, numbers: list[int], *, now: int
) -> None:
    """Note that a person has seen the reactions to these messages of his, or (none named) to all in a conversation."""
    conversation, _ = await get_conversation(tx, user_id, peer_id, is_locked=True)
    if await store.mark_read(tx, conversation.id, user_id, numbers or None):
        unread = await store.load_unread(tx, user_id, [conversation.id])
        body = UnreadReactionsEvent(peer_id, unread.get(conversation.id, []))
        await tell(tx, "reactions_unread", {user_id: body}, now)


async def forget_unseen(
    tx: Transaction, user_id: int, message: Message, numbers: list[int] | None, *, now: int
) -> None:
    """Forget that reactions to messages (None: all) of the conversation that `message` is of wait to be seen."""
    if await store.mark_read(tx, message.conversation_id, user_id, numbers):
        await _tell_unread(tx, user_id, message, now)


async def _tell_unread(tx: Transaction, user_id: int, message: Message, now: int) -> None:
    unread = await store.load_unread(tx, user_id, [message.conversation_id])
    peer_id = peer_of(message.low_id, message.high_id, user_id)
    body = UnreadReactionsEvent(peer_id, unread.get(message.conversation_id, []))
    await tell(tx, "reactions_unread", {user_id: body}, now)
