"""Messages: sending them and reading them."""

from msgspec import Struct

from dvor.core.attachments import NOTHING, Attached, check_attachments
from dvor.core.conversations import load_message_attachments
from dvor.core.privacy import People, load_people
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.conversations import Membership
from dvor.model.errors import InvalidParameter, MessageBlocked, MessageForbidden, MessageTooLong, PeerNotFound
from dvor.model.events import MessageEvent
from dvor.model.messages import MAX_TEXT, Message
from dvor.model.privacy import may_write
from dvor.store import conversations, messages
from dvor.store.database import Transaction
from dvor.store.events import append_event
from dvor.store.numbers import next_number


class MessagePage(Struct, frozen=True):
    """Messages in order with what is needed to draw them; memberships are the viewer's, by conversation."""

    count: int
    messages: list[Message]
    memberships: dict[int, Membership]
    people: People
    attached: Attached


class Sent(Struct, frozen=True):
    """A message that was sent, now or (repeated) before."""

    message_id: int
    number: int


async def send_message(
    tx: Transaction,
    sender_id: int,
    peer_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    random_id: int,
    now: int,
) -> Sent:
    """Send a message to a user and tell both of it.

    A `random_id` other than 0 makes it idempotent per sender and conversation.  Errors: `InvalidParameter`,
    `MessageTooLong`, `PeerNotFound`, `MessageBlocked`, `MessageForbidden`, `AccessDenied` (an attachment).
    """
    _check_content(text, attachments)
    await _check_receiver(tx, sender_id, peer_id)
    dialog = await conversations.lock_dialog(tx, sender_id, peer_id)
    if random_id:
        repeated = await messages.find_repeated(tx, dialog.id, sender_id, random_id)
        if repeated is not None:
            return Sent(repeated.id, repeated.number)
    await check_attachments(tx, sender_id, attachments)
    number = await conversations.next_message_number(tx, dialog.id)
    message_id = await next_number(tx, "messages")
    message = Message(
        dialog.id,
        number,
        message_id,
        sender_id,
        now,
        text,
        attachments,
        random_id,
        dialog.low_id,
        dialog.high_id,
    )
    await messages.insert_message(tx, message)
    await conversations.note_sent(tx, dialog.id, sender_id, number, message_id)
    if peer_id != sender_id:
        await conversations.note_received(tx, dialog.id, peer_id, number, message_id)
    await append_event(tx, "message_new", {one: _event(message, one) for one in {sender_id, peer_id}}, now)
    return Sent(message_id, number)


def _check_content(text: str, attachments: list[Attachment]) -> None:
    if not text and not attachments:
        raise InvalidParameter("message", "Message text is empty or invalid")
    if len(text) > MAX_TEXT:
        raise MessageTooLong(f"{len(text)} characters, {MAX_TEXT} are allowed")
    if len(attachments) > MAX_ATTACHMENTS:
        raise InvalidParameter("attachment", f"more than {MAX_ATTACHMENTS}")


async def _check_receiver(tx: Transaction, sender_id: int, peer_id: int) -> None:
    receiver = (await load_people(tx, sender_id, [peer_id])).get(peer_id)
    if receiver is None or receiver.user.deactivated:
        raise PeerNotFound(str(peer_id))
    if receiver.relation.blocks_viewer or receiver.relation.blocked_by_viewer:
        raise MessageBlocked(str(peer_id))
    if not may_write(receiver.user, receiver.relation):
        raise MessageForbidden(str(peer_id))


def _event(message: Message, receiver_id: int) -> MessageEvent:
    return MessageEvent(
        message_id=message.id,
        number=message.number,
        peer_id=message.peer_for(receiver_id),
        from_id=message.from_id,
        date=message.created_at,
        text=message.text,
        random_id=message.random_id,
        attachments=message.attachments,
    )


async def get_messages(tx: Transaction, viewer_id: int, message_ids: list[int]) -> MessagePage:
    """Return those of the messages that are in the viewer's conversations, in the order asked for."""
    found = await messages.load_messages(tx, message_ids)
    mine = [
        found[message_id]
        for message_id in dict.fromkeys(message_ids)
        if message_id in found and viewer_id in (found[message_id].low_id, found[message_id].high_id)
    ]
    return await _gather(tx, viewer_id, len(mine), mine)


async def read_history(
    tx: Transaction,
    viewer_id: int,
    peer_id: int,
    *,
    offset: int,
    count: int,
    start_message_id: int = 0,
    is_rising: bool = False,
) -> MessagePage:
    """Return a part of the dialog with a user: falling from the newest, or rising from the oldest message.

    `start_message_id` begins at that message, -1 at the first unread one; a negative `offset` then reaches back over
    it.  `PeerNotFound`, `InvalidParameter` (a message of another conversation).
    """
    people = await load_people(tx, viewer_id, {viewer_id, peer_id})
    if peer_id not in people:
        raise PeerNotFound(str(peer_id))
    dialog = await conversations.find_dialog(tx, viewer_id, peer_id)
    if dialog is None or not dialog.last_number:
        return MessagePage(0, [], {}, people, NOTHING)
    start = 1 if is_rising else dialog.last_number
    if start_message_id == -1:
        membership = (await conversations.load_memberships(tx, viewer_id, [dialog.id]))[dialog.id]
        start = membership.read_number + 1
    elif start_message_id > 0:
        named = (await messages.load_messages(tx, [start_message_id])).get(start_message_id)
        if named is None or named.conversation_id != dialog.id:
            raise InvalidParameter("start_message_id", "no message of this conversation")
        start = named.number
    bound = start + offset if is_rising else start - offset
    page = await messages.list_messages(tx, dialog.id, bound, count, is_rising=is_rising)
    return await _gather(tx, viewer_id, dialog.last_number, page, people)


async def _gather(
    tx: Transaction, viewer_id: int, count: int, page: list[Message], people: People | None = None
) -> MessagePage:
    if people is None:
        people = await load_people(
            tx, viewer_id, {viewer_id, *(message.peer_for(viewer_id) for message in page)}
        )
    conversation_ids = sorted({message.conversation_id for message in page})
    memberships = await conversations.load_memberships(tx, viewer_id, conversation_ids) if page else {}
    return MessagePage(count, page, memberships, people, await load_message_attachments(tx, viewer_id, page))
