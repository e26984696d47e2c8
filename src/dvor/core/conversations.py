"""Conversations as a member sees them."""

from msgspec import Struct

from dvor.core.attachments import Attached, load_attached
from dvor.core.privacy import People, load_people
from dvor.model.conversations import Membership, Unread
from dvor.model.messages import Message
from dvor.store import conversations as store
from dvor.store.database import Transaction
from dvor.store.messages import load_messages


class ConversationPage(Struct, frozen=True):
    """Conversations, the liveliest first, with their last messages, members and what is attached."""

    count: int
    unread_count: int
    memberships: list[Membership]
    last_messages: dict[int, Message]
    people: People
    attached: Attached


async def list_conversations(
    tx: Transaction, user_id: int, *, offset: int, count: int, unread_only: bool, start_message_id: int = 0
) -> ConversationPage:
    """Return a page of a user's conversations."""
    total = await store.count_memberships(tx, user_id, unread_only=unread_only)
    unread = total if unread_only else await store.count_memberships(tx, user_id, unread_only=True)
    memberships = await store.list_memberships(
        tx, user_id, offset, count, unread_only=unread_only, start_message_id=start_message_id
    )
    messages = await load_messages(tx, [row.last_message_id for row in memberships])
    people = await load_people(tx, user_id, {user_id, *(row.peer_id for row in memberships)})
    attached = await load_message_attachments(tx, user_id, list(messages.values()))
    return ConversationPage(total, unread, memberships, messages, people, attached)


async def load_message_attachments(tx: Transaction, viewer_id: int, messages: list[Message]) -> Attached:
    """Return what is attached to messages: what is sent to someone may be seen by him."""
    attached = [
        ({attachment.owner_id for attachment in message.attachments}, message.attachments)
        for message in messages
        if message.attachments
    ]
    return await load_attached(tx, viewer_id, attached)


async def count_unread(tx: Transaction, user_id: int) -> Unread:
    """Return how many conversations and messages a user has not read."""
    return await store.sum_unread(tx, user_id)
