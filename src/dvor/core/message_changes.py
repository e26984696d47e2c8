"""What is done to messages after they were sent: editing, deleting, restoring, marking, pinning."""

from collections.abc import Iterable
from itertools import groupby

from msgspec.structs import replace

from dvor.core.attachments import check_attachments
from dvor.core.conversations import get_conversation, load_receivers, tell_unread
from dvor.core.events import tell
from dvor.core.message_sending import check_content, describe_message, write_action
from dvor.core.messages import find_message, get_messages, get_numbered
from dvor.core.reactions import forget_unseen
from dvor.model.attachments import Attachment
from dvor.model.conversations import Conversation, Membership
from dvor.model.errors import AccessDenied, MessageFixed, MessageNotFound
from dvor.model.events import FlagsEvent, PeerEvent
from dvor.model.messages import CHANGE_SECONDS, Action, Extra, Message
from dvor.model.words import fold_words
from dvor.store import conversations, messages
from dvor.store.database import Transaction
from dvor.store.message_words import delete_words, insert_words

DELETED, DELETED_FOR_ALL, IMPORTANT = 128, 131_072, 8
"""VK's flags of a message."""
PINNED, UNPINNED = 5, 5


async def edit_message(
    tx: Transaction,
    user_id: int,
    peer_id: int,
    text: str,
    attachments: list[Attachment],
    *,
    message_id: int = 0,
    number: int = 0,
    extra: Extra | None = None,
    keeps_quotes: bool = True,
    now: int,
) -> Message:
    """Give one's own message other content, within a day; everybody in the conversation is told.

    `MessageNotFound`, `MessageFixed`, and the errors of `check_content` and `check_attachments`.
    """
    conversation, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    message = await find_message(tx, user_id, peer_id, message_id=message_id, number=number)
    if message.conversation_id != conversation.id:
        raise MessageNotFound(str(message_id))
    is_service = message.extra is not None and message.extra.action is not None
    if message.from_id != user_id or is_service or not view.is_in:
        raise MessageFixed("only one's own messages")
    if now - message.created_at > CHANGE_SECONDS:
        raise MessageFixed("older than a day")
    kept = message.extra if keeps_quotes else None
    if kept is not None:
        extra = replace(extra or Extra(), reply=kept.reply, forwards=kept.forwards)
    check_content(text, attachments, extra)
    await check_attachments(tx, user_id, attachments)
    await messages.change_message(tx, message, text, attachments, extra, now)
    old, new = set(fold_words(message.text)), set(fold_words(text))
    await delete_words(tx, conversation.id, message.number, old - new)
    await insert_words(tx, conversation.id, message.number, new - old)
    changed = replace(message, text=text, attachments=attachments, extra=extra, edited_at=now)
    receivers = await load_receivers(tx, conversation)
    await tell(tx, "message_edit", {one: describe_message(changed, one) for one in receivers}, now)
    return changed


async def delete_messages(
    tx: Transaction, user_id: int, found: list[Message], *, for_all: bool, now: int
) -> list[Message]:
    """Delete messages for oneself, or for all (one's own of the last day, or as the chat's administrator).

    Returns those that were deleted; `for_all` leaves out what may not be deleted so.
    """
    deleted: list[Message] = []
    for group in _by_conversation(found):
        first = group[0]
        conversation, view = await get_conversation(tx, user_id, first.peer_for(user_id), is_locked=True)
        if for_all:
            group = [one for one in group if _may_delete_for_all(one, user_id, view, now)]
            if not group:
                continue
            await messages.mark_deleted(tx, conversation.id, [one.number for one in group], now)
            for one in group:
                await delete_words(tx, conversation.id, one.number, fold_words(one.text))
            views = [one for one in await conversations.list_members(tx, conversation.id) if one.is_in]
        else:
            keys = [(conversation.id, one.number) for one in group]
            await messages.set_hidden(tx, user_id, keys, is_hidden=True)
            views = [view]
        changed = await _bring_up_to_date(tx, views)
        flags = DELETED | (DELETED_FOR_ALL if for_all else 0)
        await _tell_flags(tx, "message_flags_set", [view.user_id for view in views], group, flags, now)
        await tell_unread(tx, changed, now)
        for author_id in sorted({one.from_id for one in group if for_all or one.from_id == user_id}):
            numbers = [one.number for one in group if one.from_id == author_id]
            await forget_unseen(tx, author_id, first, numbers, now=now)
        deleted += group
    return deleted


def _may_delete_for_all(message: Message, user_id: int, view: Membership, now: int) -> bool:
    is_service = message.extra is not None and message.extra.action is not None
    if is_service or not view.is_in:
        return False
    if not message.low_id and view.is_admin:
        return True
    return message.from_id == user_id and now - message.created_at <= CHANGE_SECONDS


async def restore_message(tx: Transaction, user_id: int, message_id: int, *, now: int) -> None:
    """Show a message again that one has hidden from oneself; `MessageNotFound`."""
    message = (await messages.load_messages(tx, [message_id])).get(message_id)
    if message is None or message.deleted_at:
        raise MessageNotFound(str(message_id))
    key = message.key
    marks = await messages.load_marks(tx, user_id, [key])
    if not marks.get(key, (False, False))[0]:
        raise MessageNotFound(f"{message_id} is not deleted")
    _, view = await get_conversation(tx, user_id, message.peer_for(user_id), is_locked=True)
    await messages.set_hidden(tx, user_id, [key], is_hidden=False)
    changed = await _bring_up_to_date(tx, [view])
    await _tell_flags(tx, "message_flags_reset", [user_id], [message], DELETED, now)
    await tell_unread(tx, changed, now)


async def find_number(tx: Transaction, user_id: int, peer_id: int, number: int) -> int:
    """Return the id of a message by its number in a conversation, hidden or not; `MessageNotFound`."""
    conversation, _ = await get_conversation(tx, user_id, peer_id)
    found = await messages.load_numbered(tx, conversation.id, [number])
    if number not in found:
        raise MessageNotFound(f"{number} in {peer_id}")
    return found[number].id


async def mark_important(
    tx: Transaction, user_id: int, found: list[Message], *, is_important: bool, now: int
) -> None:
    """Mark messages as important to oneself, or take that back."""
    keys = [one.key for one in found]
    await messages.set_important(tx, user_id, keys, is_important=is_important)
    kind = "message_flags_set" if is_important else "message_flags_reset"
    for group in _by_conversation(found):
        await _tell_flags(tx, kind, [user_id], group, IMPORTANT, now)


async def pin_message(
    tx: Transaction, user_id: int, peer_id: int, *, message_id: int = 0, number: int = 0, now: int
) -> Message:
    """Pin a message in place of the one pinned before; in a chat everybody is told.  `MessageNotFound`."""
    conversation, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    message = await find_message(tx, user_id, peer_id, message_id=message_id, number=number)
    if message.conversation_id != conversation.id or not view.is_in:
        raise MessageNotFound(str(message_id or number))
    await _set_pinned(tx, conversation, user_id, message, now)
    return message


async def unpin_message(tx: Transaction, user_id: int, peer_id: int, *, now: int) -> None:
    """Unpin what is pinned, if anything is."""
    conversation, view = await get_conversation(tx, user_id, peer_id, is_locked=True)
    if not view.is_in:
        raise AccessDenied("you are not in the chat")
    if conversation.pinned_number:
        await _set_pinned(tx, conversation, user_id, None, now)


async def _set_pinned(
    tx: Transaction, conversation: Conversation, user_id: int, message: Message | None, now: int
) -> None:
    await conversations.set_pinned(tx, conversation.id, message.number if message else 0)
    if conversation.is_chat:
        number = message.number if message else conversation.pinned_number
        kind = "chat_pin_message" if message else "chat_unpin_message"
        text = message.text[:256] if message else ""
        action = Action(kind, member_id=user_id, text=text, number=number)  # type: ignore[arg-type]
        await write_action(tx, conversation, user_id, action, now=now)
        body = PeerEvent(
            conversation.peer_for(user_id), change=PINNED, info=number if message else 0, by_id=user_id
        )
        await tell(tx, "chat_changed", dict.fromkeys(await load_receivers(tx, conversation), body), now)


async def find_messages(
    tx: Transaction, user_id: int, peer_id: int, message_ids: list[int], numbers: list[int]
) -> list[Message]:
    """Return the messages that are named by ids, or by numbers within a conversation; others are left out."""
    if numbers:
        return (await get_numbered(tx, user_id, peer_id, numbers)).messages
    return (await get_messages(tx, user_id, message_ids)).messages


def _by_conversation(found: list[Message]) -> Iterable[list[Message]]:
    ordered = sorted(found, key=lambda one: one.key)
    return (list(group) for _, group in groupby(ordered, key=lambda one: one.conversation_id))


async def _bring_up_to_date(tx: Transaction, views: list[Membership]) -> list[int]:
    """Find anew what each member sees last, and how much of it he has not read.

    Returns those to whom the conversation has become read, or unread.
    """
    changed = []
    for view in views:
        bounds = view.bounds
        [*newest] = await messages.list_messages(tx, view, bounds, 0, 1, is_rising=False)
        unread = await messages.count_between(
            tx, view, max(bounds[0], view.read_number + 1), bounds[1], unread=True
        )
        last = newest[0] if newest else None
        await conversations.set_last_message(tx, view, last.id if last else 0, unread)
        if bool(unread) != bool(view.unread_count):
            changed.append(view.user_id)
    return changed


async def _tell_flags(
    tx: Transaction, kind: str, receivers: list[int], found: list[Message], flags: int, now: int
) -> None:
    for message in found:
        bodies = {
            one: FlagsEvent(message.id, message.number, message.peer_for(one), flags) for one in receivers
        }
        await tell(tx, kind, bodies, now)  # type: ignore[arg-type]
