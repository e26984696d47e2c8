"""What must hold between the rows of conversations, messages and reactions: queries for the rows that break it."""

from typing import Any

from sqlalchemy import Select, case, func, or_, select

from dvor.store.conversations import conversations, members
from dvor.store.message_words import message_words
from dvor.store.messages import message_marks, messages
from dvor.store.reactions import reactions, unread_reactions


def wrong_members() -> Select[Any]:
    """Find views that reach beyond their conversation, or count more unread than there is."""
    last = members.c.last_number
    return (
        select(
            members.c.user_id, members.c.conversation_id, last, members.c.read_number, members.c.unread_count
        )
        .join(conversations, conversations.c.id == members.c.conversation_id)
        .where(
            or_(
                last > conversations.c.last_number,
                members.c.read_number > last,
                members.c.peer_read_number > last,
                members.c.unread_count < 0,
                members.c.unread_count > last - members.c.read_number,
            )
        )
    )


def wrong_last_messages() -> Select[Any]:
    """Find views whose last message is not the newest that the member sees."""
    hidden = (
        select(message_marks.c.number)
        .where(
            message_marks.c.conversation_id == messages.c.conversation_id,
            message_marks.c.user_id == members.c.user_id,
            message_marks.c.number == messages.c.number,
            message_marks.c.is_hidden,
        )
        .correlate(messages, members)
        .exists()
    )
    newest = (
        select(func.coalesce(func.max(messages.c.id), 0))
        .where(
            messages.c.conversation_id == members.c.conversation_id,
            messages.c.number > members.c.cleared_number,
            messages.c.number
            <= case((members.c.left_number > 0, members.c.left_number), else_=members.c.last_number),
            messages.c.deleted_at == 0,
            ~hidden,
        )
        .correlate(members)
        .scalar_subquery()
    )
    return select(members.c.user_id, members.c.conversation_id, members.c.last_message_id, newest).where(
        members.c.last_message_id != newest
    )


def stray_unread_reactions() -> Select[Any]:
    """Find marks without such a message of the member's, or without another's reaction to it."""
    unread = unread_reactions.c
    others = (
        select(reactions.c.user_id)
        .where(
            reactions.c.conversation_id == unread.conversation_id,
            reactions.c.number == unread.number,
            reactions.c.user_id != unread.user_id,
        )
        .correlate(unread_reactions)
        .exists()
    )
    same = (messages.c.conversation_id == unread.conversation_id) & (messages.c.number == unread.number)
    return (
        select(unread.conversation_id, unread.number, unread.user_id)
        .select_from(unread_reactions.outerjoin(messages, same & (messages.c.from_id == unread.user_id)))
        .where(or_(func.coalesce(messages.c.deleted_at, 1) != 0, ~others))
    )


def stray_words() -> Select[Any]:
    """Find words of messages that are not there."""
    same = (messages.c.conversation_id == message_words.c.conversation_id) & (
        messages.c.number == message_words.c.number
    )
    return (
        select(message_words.c.conversation_id, message_words.c.number, message_words.c.word)
        .select_from(message_words.outerjoin(messages, same))
        .where(func.coalesce(messages.c.deleted_at, 1) != 0)
    )
