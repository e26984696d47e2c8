"""Sending messages: to people, between people and communities, and into chats."""

from msgspec import Struct

from dvor.core.attachments import check_attachments
from dvor.core.conversations import load_receivers, tell_unread
from dvor.core.events import tell
from dvor.core.privacy import Community, Person, load_owners
from dvor.model.attachments import MAX_ATTACHMENTS, Attachment
from dvor.model.conversations import Conversation
from dvor.model.errors import (
    ChatForbidden,
    InvalidParameter,
    MessageBlocked,
    MessageForbidden,
    MessageTooLong,
    NotPermitted,
    PeerNotFound,
)
from dvor.model.events import MessageEvent
from dvor.model.ids import CHAT_PEERS
from dvor.model.messages import MAX_FORWARDS, MAX_TEXT, Action, Extra, Message
from dvor.model.privacy import may_write
from dvor.model.words import fold_words
from dvor.store import conversations, messages
from dvor.store.chats import find_permission, set_permission
from dvor.store.database import Transaction
from dvor.store.message_words import insert_words
from dvor.store.numbers import next_number


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
    extra: Extra | None = None,
) -> Sent:
    """Send a message and tell everybody in the conversation of it.

    A `random_id` other than 0 makes it idempotent per sender and conversation.  Errors: `InvalidParameter`,
    `MessageTooLong`, `AccessDenied` (an attachment), `PeerNotFound`, `MessageBlocked`, `MessageForbidden`,
    `NotPermitted` (a community to a person), `ChatForbidden`.
    """
    check_content(text, attachments, extra)
    conversation = await _open(tx, sender_id, peer_id)
    if random_id:
        repeated = await messages.find_repeated(tx, conversation.id, sender_id, random_id)
        if repeated is not None:
            return Sent(repeated.id, repeated.number)
    await check_attachments(tx, sender_id, attachments)
    return await write_message(
        tx, conversation, sender_id, text, attachments, random_id=random_id, extra=extra, now=now
    )


async def write_message(
    tx: Transaction,
    conversation: Conversation,
    sender_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    now: int,
    random_id: int = 0,
    extra: Extra | None = None,
) -> Sent:
    """Put a message into a locked conversation and tell everybody in it."""
    number = await conversations.next_message_number(tx, conversation.id)
    message_id = await next_number(tx, "messages")
    message = Message(
        conversation.id,
        number,
        message_id,
        sender_id,
        now,
        text,
        attachments,
        random_id,
        0,
        0,
        extra,
        conversation.low_id,
        conversation.high_id,
    )
    await messages.insert_message(tx, message)
    await insert_words(tx, conversation.id, number, fold_words(text))
    changed = await conversations.note_sent(tx, conversation.id, sender_id, number, message_id)
    if conversation.low_id != conversation.high_id:
        changed += await conversations.note_received(tx, conversation.id, sender_id, number, message_id)
    if conversation.low_id < 0:
        await conversations.set_unanswered(tx, conversation.id, conversation.low_id, sender_id > 0)
    receivers = await load_receivers(tx, conversation)
    await tell(tx, "message_new", {one: describe_message(message, one) for one in receivers}, now)
    await tell_unread(tx, changed, now)
    return Sent(message_id, number)


async def write_action(
    tx: Transaction, conversation: Conversation, actor_id: int, action: Action, *, now: int
) -> Sent:
    """Tell of a change of a chat by a message without words."""
    return await write_message(tx, conversation, actor_id, "", [], extra=Extra(action=action), now=now)


def check_content(text: str, attachments: list[Attachment], extra: Extra | None) -> None:
    """Refuse a message without content or with too much of it: `InvalidParameter`, `MessageTooLong`."""
    quotes = extra.forwards if extra is not None else []
    if not text and not attachments and not quotes and (extra is None or extra.template is None):
        raise InvalidParameter("message", "Message text is empty or invalid")
    if len(text) > MAX_TEXT:
        raise MessageTooLong(f"{len(text)} characters, {MAX_TEXT} are allowed")
    if len(attachments) > MAX_ATTACHMENTS:
        raise InvalidParameter("attachment", f"more than {MAX_ATTACHMENTS}")
    if len(quotes) > MAX_FORWARDS:
        raise InvalidParameter("forward_messages", f"more than {MAX_FORWARDS}")


async def _open(tx: Transaction, sender_id: int, peer_id: int) -> Conversation:
    """Return the conversation for a new message, locked; a dialog is made if there is none."""
    if peer_id > CHAT_PEERS:
        chat = await conversations.lock_conversation(tx, 0, peer_id - CHAT_PEERS)
        if chat is None:
            raise ChatForbidden(str(peer_id))
        views = await conversations.load_memberships(tx, sender_id, [chat.id])
        if chat.id not in views or not views[chat.id].is_in:
            raise ChatForbidden(str(peer_id))
        return chat
    await _check_receiver(tx, sender_id, peer_id)
    return await conversations.lock_dialog(tx, sender_id, peer_id)


async def _check_receiver(tx: Transaction, sender_id: int, peer_id: int) -> None:
    receiver = (await load_owners(tx, sender_id, [peer_id])).get(peer_id)
    if isinstance(receiver, Person) and not receiver.user.deactivated:
        if sender_id < 0:
            if not await find_permission(tx, -sender_id, peer_id):
                raise NotPermitted(str(peer_id))
            return
        if receiver.relation.blocks_viewer or receiver.relation.blocked_by_viewer:
            raise MessageBlocked(str(peer_id))
        if not may_write(receiver.user, receiver.relation):
            raise MessageForbidden(str(peer_id))
    elif isinstance(receiver, Community) and not receiver.group.deactivated and sender_id > 0:
        if receiver.standing.is_banned:
            raise MessageBlocked(str(peer_id))
        if not receiver.group.has_messages:
            raise MessageForbidden(str(peer_id))
        await set_permission(tx, receiver.group.id, sender_id, is_allowed=True)
    else:
        raise PeerNotFound(str(peer_id))


def describe_message(message: Message, receiver_id: int) -> MessageEvent:
    """Return what one receiver is told of a message."""
    return MessageEvent(
        message_id=message.id,
        number=message.number,
        peer_id=message.peer_for(receiver_id),
        from_id=message.from_id,
        date=message.created_at,
        text=message.text,
        random_id=message.random_id,
        attachments=message.attachments,
        edited_at=message.edited_at,
        extra=message.extra,
    )
