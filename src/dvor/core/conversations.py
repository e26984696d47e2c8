"""Conversations as a member sees them: finding, listing, reading up to, clearing."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.courtyard import Courtyard
from dvor.core.events import tell, tell_now
from dvor.core.privacy import load_owners
from dvor.model.conversations import FOREVER, Conversation, ConversationFilter, Membership, Unread, pair_of
from dvor.model.errors import ChatForbidden, MessageNotFound, PeerNotFound
from dvor.model.events import MutedEvent, PeerEvent, Pulse, ReadEvent, UnreadEvent, UnreadReactionsEvent
from dvor.store import conversations as store
from dvor.store import messages, reactions
from dvor.store.database import Transaction

Place = tuple[Conversation, Membership]
"""A conversation and how the viewer sees it."""


async def find_conversation(tx: Transaction, viewer_id: int, peer_id: int) -> Place | None:
    """Return the conversation that a viewer calls `peer_id`; None for a dialog in which nothing was said yet.

    `PeerNotFound` (no such owner), `ChatForbidden` (never in the chat, or there is none).
    """
    low_id, high_id = pair_of(viewer_id, peer_id)
    place = await store.find_place(tx, viewer_id, low_id, high_id)
    if place is None:
        if not low_id:
            raise ChatForbidden(str(peer_id))
        if peer_id not in await load_owners(tx, viewer_id, [peer_id]):
            raise PeerNotFound(str(peer_id))
    return place


async def get_conversation(
    tx: Transaction, viewer_id: int, peer_id: int, *, is_locked: bool = False
) -> Place:
    """Return the conversation that a viewer calls `peer_id`; `PeerNotFound` if nothing was said in it yet."""
    if is_locked:
        await store.lock_conversation(tx, *pair_of(viewer_id, peer_id))
    place = await find_conversation(tx, viewer_id, peer_id)
    if place is None:
        raise PeerNotFound(str(peer_id))
    return place


class ConversationList(Struct, frozen=True):
    """A viewer's conversations, the liveliest first; `unread_count` is how many have something unread."""

    count: int
    unread_count: int
    memberships: list[Membership]
    conversations: dict[int, Conversation]


async def list_conversations(
    tx: Transaction,
    user_id: int,
    *,
    offset: int,
    count: int,
    which: ConversationFilter = "all",
    start_message_id: int = 0,
) -> ConversationList:
    """Return a page of a member's conversations."""
    total = await store.count_memberships(tx, user_id, which)
    unread = total if which == "unread" else await store.count_memberships(tx, user_id, "unread")
    views = await store.list_memberships(
        tx, user_id, offset, count, which=which, start_message_id=start_message_id
    )
    found = await store.load_conversations(tx, sorted(view.conversation_id for view in views))
    return ConversationList(total, unread, views, found)


async def load_views(tx: Transaction, user_id: int, peer_ids: list[int]) -> ConversationList:
    """Return those of the conversations that there are, in the order asked for."""
    found = await store.load_pairs(tx, sorted({pair_of(user_id, peer_id) for peer_id in peer_ids}))
    conversations = {one.id: one for one in found}
    views = await store.load_memberships(tx, user_id, sorted(conversations))
    by_peer = {view.peer_id: view for view in views.values()}
    listed = [by_peer[peer_id] for peer_id in dict.fromkeys(peer_ids) if peer_id in by_peer]
    return ConversationList(len(listed), 0, listed, conversations)


async def load_receivers(tx: Transaction, conversation: Conversation) -> list[int]:
    """Return who hears what happens in a conversation now."""
    if not conversation.is_chat:
        return sorted({conversation.low_id, conversation.high_id})
    return [member.user_id for member in await store.list_members(tx, conversation.id) if member.is_in]


async def read_up_to(
    tx: Transaction, user_id: int, peer_id: int, *, message_id: int = 0, number: int = 0, now: int
) -> None:
    """Note that a member has read up to a message (by id or number), or all; both sides are told.

    Errors of `find_conversation`, `MessageNotFound`.
    """
    _, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    first, last = view.bounds
    if message_id:
        named = (await messages.load_messages(tx, [message_id])).get(message_id)
        if named is None or named.conversation_id != view.conversation_id:
            raise MessageNotFound(str(message_id))
        number = named.number
    number = min(number or last, last)
    if number <= view.read_number:
        return
    found = await messages.load_numbered(tx, view.conversation_id, [number])
    if number not in found:
        raise MessageNotFound(str(number))
    message = found[number]
    unread = await messages.count_between(tx, view, max(first, number + 1), last, unread=True)
    heard = await store.note_read(tx, view, number, message.id, unread)
    await tell(tx, "messages_read", {user_id: ReadEvent(peer_id, number, message.id, unread, user_id)}, now)
    bodies = {
        other: ReadEvent(message.peer_for(other), number, message.id, 0, user_id)
        for other in heard
        if other != user_id
    }
    await tell(tx, "messages_read_by_peer", bodies, now)
    if view.unread_count and not unread:
        await tell_unread(tx, [user_id], now)


async def clear_conversation(tx: Transaction, user_id: int, peer_id: int, *, now: int) -> int:
    """Hide all that was said so far from one member; return the id of the last message hidden."""
    _, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    _, last = view.bounds
    cleared = replace(
        view, cleared_number=last, last_message_id=0, unread_count=0, read_number=max(last, view.read_number)
    )
    await store.save_membership(tx, cleared)
    await tell(
        tx, "conversation_cleared", {user_id: PeerEvent(peer_id, last, info=view.last_message_id)}, now
    )
    if view.unread_count:
        await tell_unread(tx, [user_id], now)
    if await reactions.mark_read(tx, view.conversation_id, user_id):
        await tell(tx, "reactions_unread", {user_id: UnreadReactionsEvent(peer_id, [])}, now)
    return view.last_message_id


async def mark_conversation(
    tx: Transaction,
    user_id: int,
    peer_id: int,
    *,
    is_important: bool | None = None,
    is_unanswered: bool | None = None,
) -> None:
    """Mark a conversation as important, or as answered, or take that back."""
    _, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    changes = {"is_important": is_important, "is_unanswered": is_unanswered}
    fresh = {name: int(value) for name, value in changes.items() if value is not None}
    await store.save_membership(tx, replace(view, **fresh))


async def mute_conversation(
    tx: Transaction, user_id: int, peer_id: int, *, seconds: int, is_silent: bool, now: int
) -> None:
    """Let a member hear nothing of a conversation for some seconds (-1 for ever, 0 no longer); errors of `get_conversation`.

    The server sends nothing to telephones: the person's clients are told, and go by it.
    """
    conversation, _ = await get_conversation(tx, user_id, peer_id, is_locked=True)
    until = now + seconds if seconds > 0 else max(seconds, FOREVER)
    await store.set_muted(tx, conversation.id, user_id, until, is_silent)
    await tell(tx, "conversation_muted", {user_id: MutedEvent(peer_id, until, is_silent)}, now)


async def tell_activity(
    courtyard: Courtyard, tx: Transaction, user_id: int, peer_id: int, activity: str
) -> None:
    """Tell the others in a conversation what a member is doing just now; errors of `get_conversation`."""
    conversation, view = await get_conversation(tx, user_id, peer_id)
    if not view.is_in:
        raise ChatForbidden(str(peer_id))
    for other in await load_receivers(tx, conversation):
        if other != user_id:
            pulse = Pulse(activity, user_id, courtyard.now, conversation.peer_for(other))
            tell_now(courtyard.database, [other], pulse)


async def tell_unread(tx: Transaction, user_ids: Iterable[int], now: int) -> None:
    """Tell people in how many conversations they have something unread, after that has changed.

    Call it when the change itself was told: from then on nobody else changes a receiver's number.
    """
    people = sorted(user_id for user_id in user_ids if user_id > 0)
    counts = await store.count_unread(tx, people)
    bodies = {user_id: UnreadEvent(counts.get(user_id, 0)) for user_id in people}
    await tell(tx, "unread_changed", bodies, now)


async def count_unread(tx: Transaction, user_id: int) -> Unread:
    """Return how many conversations and messages a user has not read."""
    return await store.sum_unread(tx, user_id)
