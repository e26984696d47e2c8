"""Finding messages by their words, conversations by their names, and what was attached in a conversation."""

from msgspec import Struct

from dvor.core.conversations import ConversationList, find_conversation, list_conversations
from dvor.core.messages import MessagePage, gather_conversations, gather_page
from dvor.core.privacy import Owner, Person
from dvor.model.attachments import Attachment
from dvor.model.conversations import Membership
from dvor.model.errors import InvalidParameter
from dvor.model.messages import Message
from dvor.model.words import fold_words, has_words
from dvor.store import conversations, message_words, messages
from dvor.store.database import Transaction

SEARCHED_CONVERSATIONS = 1000
"""How many of a member's conversations, the liveliest, are looked through by name."""
ATTACHMENT_MESSAGES = 200
"""How many messages with attachments are looked through for one page of attachments."""


async def search_messages(
    tx: Transaction, viewer_id: int, question: str, *, peer_id: int, before: int, offset: int, count: int
) -> MessagePage:
    """Return the messages that the viewer sees and in which every word of the question begins a word, newest first.

    Of one conversation, or (`peer_id` 0) of all; said before a time.  `InvalidParameter` (a question without words) and
    the errors of `find_conversation`.
    """
    beginnings = fold_words(question)
    if not beginnings:
        raise InvalidParameter("q", "there are no words in it")
    conversation_id = 0
    if peer_id:
        place = await find_conversation(tx, viewer_id, peer_id)
        if place is None:
            return await gather_page(tx, viewer_id, 0, [], {}, peers={peer_id})
        conversation_id = place[0].id
    total, found = await message_words.search_messages(
        tx,
        viewer_id,
        beginnings,
        conversation_id=conversation_id,
        before=before,
        offset=offset,
        count=count,
    )
    views = await conversations.load_memberships(
        tx, viewer_id, sorted({one.conversation_id for one in found})
    )
    marks = await messages.load_marks(tx, viewer_id, [one.key for one in found])
    return await gather_page(tx, viewer_id, total, found, views, marks=marks)


async def search_conversations(
    tx: Transaction, viewer_id: int, question: str, *, count: int
) -> tuple[ConversationList, MessagePage]:
    """Return the viewer's conversations in whose name every word of the question begins a word, the liveliest first.

    A dialog has the name of the other one, a chat its title.  An empty question finds all.
    """
    beginnings = fold_words(question)
    found = await list_conversations(tx, viewer_id, offset=0, count=SEARCHED_CONVERSATIONS)
    names = await gather_page(
        tx,
        viewer_id,
        0,
        [],
        {view.conversation_id: view for view in found.memberships},
        peers={view.peer_id for view in found.memberships},
    )
    named = [view for view in found.memberships if has_words(_name_of(view, names), beginnings)]
    chosen = named[:count]
    kept = {view.conversation_id: found.conversations[view.conversation_id] for view in chosen}
    listed = ConversationList(len(named), found.unread_count, chosen, kept)
    return listed, await gather_conversations(tx, viewer_id, listed)


def _name_of(view: Membership, names: MessagePage) -> str:
    if view.conversation_id in names.chats:
        return names.chats[view.conversation_id].title
    return _owner_name(names.owners.get(view.peer_id))


def _owner_name(owner: Owner | None) -> str:
    if owner is None:
        return ""
    if isinstance(owner, Person):
        user = owner.user
        return f"{user.first_name} {user.last_name}" if not user.deactivated else ""
    return owner.group.name


class Shown(Struct, frozen=True):
    """Something attached to a message; `position` counts from 1 within it."""

    message: Message
    position: int
    attachment: Attachment


class ShownPage(Struct, frozen=True):
    """What was attached in a conversation, newest first; `next_place` is where to go on, None at the end."""

    shown: list[Shown]
    next_place: tuple[int, int] | None
    page: MessagePage


async def list_attachments(
    tx: Transaction,
    viewer_id: int,
    peer_id: int,
    kind: str,
    *,
    place: tuple[int, int] | None,
    count: int,
    offset: int = 0,
) -> ShownPage:
    """Return what of a kind was attached in a conversation, from a place (a message's number, a position) on.

    A page may be shorter than asked for when few messages have this kind.  Errors of `find_conversation`.
    """
    found = await find_conversation(tx, viewer_id, peer_id)
    if found is None:
        return ShownPage([], None, await gather_page(tx, viewer_id, 0, [], {}, peers={peer_id}))
    conversation, view = found
    first, last = view.bounds
    top = min(last, place[0]) if place else last
    carriers = await messages.list_attached(tx, view, (first, top), ATTACHMENT_MESSAGES)
    page = await gather_page(tx, viewer_id, len(carriers), carriers, {conversation.id: view})
    shown = [
        Shown(message, position, attachment)
        for message in carriers
        for position, attachment in enumerate(message.attachments, 1)
        if page.attached.has(attachment) and page.attached.kind_of(attachment) == kind
        if place is None or message.number < place[0] or position >= place[1]
    ]
    shown = shown[offset:]
    if len(shown) > count:
        following = shown[count]
        return ShownPage(shown[:count], (following.message.number, following.position), page)
    is_end = len(carriers) < ATTACHMENT_MESSAGES
    return ShownPage(shown, None if is_end else (carriers[-1].number - 1, 1), page)
