"""Messages: reading them."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.attachments import NOTHING, Attached, load_attached
from dvor.core.conversations import ConversationList, find_conversation
from dvor.core.privacy import Owners, load_owners
from dvor.model.attachments import Attachment
from dvor.model.conversations import Chat, Membership
from dvor.model.errors import InvalidParameter, MessageNotFound
from dvor.model.ids import CHAT_PEERS, MAX_NUMBER
from dvor.model.messages import Message, MessageKey, Quoted, Reaction
from dvor.store import conversations, messages
from dvor.store.chats import load_chats
from dvor.store.database import Transaction
from dvor.store.reactions import load_reactions, load_unread

NO_MARKS = (False, False)
"""A message that the viewer has neither hidden nor marked as important."""


class MessagePage(Struct, frozen=True):
    """Messages in order with what is needed to draw them; memberships are the viewer's, by conversation.

    `owners` are those who wrote and are told of, unless nobody wanted them.
    """

    count: int
    messages: list[Message]
    memberships: dict[int, Membership]
    owners: Owners
    attached: Attached
    marks: dict[MessageKey, tuple[bool, bool]] = {}
    """Whether the viewer has hidden a message, or marked it as important."""
    reactions: dict[MessageKey, list[Reaction]] = {}
    chats: dict[int, Chat] = {}
    unread_reactions: dict[int, list[int]] = {}
    """By conversation, the viewer's messages with reactions that he has not seen; of pages of conversations."""


async def get_messages(
    tx: Transaction, viewer_id: int, message_ids: list[int], *, with_owners: bool = True
) -> MessagePage:
    """Return those of the messages that the viewer may see, in the order asked for."""
    found = await messages.load_messages(tx, message_ids)
    asked = [found[message_id] for message_id in dict.fromkeys(message_ids) if message_id in found]
    return await _gather_visible(tx, viewer_id, asked, with_owners=with_owners)


async def get_numbered(
    tx: Transaction, viewer_id: int, peer_id: int, numbers: list[int], *, with_owners: bool = True
) -> MessagePage:
    """Return those messages of a conversation that the viewer may see; errors of `find_conversation`."""
    place = await find_conversation(tx, viewer_id, peer_id)
    if place is None:
        return MessagePage(0, [], {}, await load_owners(tx, viewer_id, {viewer_id, peer_id}), NOTHING)
    found = await messages.load_numbered(tx, place[0].id, numbers)
    asked = [found[number] for number in dict.fromkeys(numbers) if number in found]
    return await _gather_visible(tx, viewer_id, asked, with_owners=with_owners)


async def get_message(tx: Transaction, viewer_id: int, message_id: int) -> Message:
    """Return a message that the viewer may see; `MessageNotFound`."""
    page = await get_messages(tx, viewer_id, [message_id], with_owners=False)
    if not page.messages:
        raise MessageNotFound(str(message_id))
    return page.messages[0]


async def find_message(
    tx: Transaction, viewer_id: int, peer_id: int, *, message_id: int = 0, number: int = 0
) -> Message:
    """Return a message by its id or by its number within a conversation; `MessageNotFound`."""
    if number:
        page = await get_numbered(tx, viewer_id, peer_id, [number], with_owners=False)
        if not page.messages:
            raise MessageNotFound(f"{number} in {peer_id}")
        return page.messages[0]
    return await get_message(tx, viewer_id, message_id)


async def quote_messages(tx: Transaction, viewer_id: int, message_ids: list[int]) -> list[Quoted]:
    """Return messages as the viewer forwards them now; `MessageNotFound` if one is not to be seen."""
    page = await get_messages(tx, viewer_id, message_ids, with_owners=False)
    if len(page.messages) != len(set(message_ids)):
        raise MessageNotFound("a forwarded message")
    return [message.quote() for message in page.messages]


async def _gather_visible(
    tx: Transaction, viewer_id: int, asked: list[Message], *, with_owners: bool = True
) -> MessagePage:
    views = await conversations.load_memberships(
        tx, viewer_id, sorted({one.conversation_id for one in asked})
    )
    seen = [
        one for one in asked if one.conversation_id in views and one.is_in_sight(views[one.conversation_id])
    ]
    marks = await messages.load_marks(tx, viewer_id, [one.key for one in seen])
    visible = [one for one in seen if not marks.get(one.key, NO_MARKS)[0]]
    return await gather_page(
        tx, viewer_id, len(visible), visible, views, marks=marks, with_owners=with_owners
    )


async def read_history(
    tx: Transaction,
    viewer_id: int,
    peer_id: int,
    *,
    offset: int,
    count: int,
    start_message_id: int = 0,
    start_number: int = 0,
    is_rising: bool = False,
    with_owners: bool = True,
) -> MessagePage:
    """Return a part of a conversation: falling from the newest, or rising from the oldest message.

    `start_message_id` or `start_number` begins at that message, -1 at the first unread one; a negative `offset` then reaches back over
    it.  `PeerNotFound`, `ChatForbidden`, `InvalidParameter` (a message of another conversation).
    """
    place = await find_conversation(tx, viewer_id, peer_id)
    if place is None or not place[1].last_number:
        return MessagePage(0, [], {}, await load_owners(tx, viewer_id, {viewer_id, peer_id}), NOTHING)
    conversation, view = place
    first, last = view.bounds
    start = start_number or (first if is_rising else last)
    if start_message_id == -1:
        start = view.read_number + 1
    elif start_message_id > 0:
        named = (await messages.load_messages(tx, [start_message_id])).get(start_message_id)
        if named is None or named.conversation_id != conversation.id:
            raise InvalidParameter("start_message_id", "no message of this conversation")
        start = named.number
    back = min(offset, 0)
    bounds = (max(first, start + back), last) if is_rising else (first, min(last, start - back))
    page = await messages.list_messages(tx, view, bounds, max(offset, 0), count, is_rising=is_rising)
    gone = await messages.count_gone(tx, view)
    total = max(last - first + 1 - gone, len(page))
    marks = await messages.load_marks(tx, viewer_id, [one.key for one in page])
    return await gather_page(
        tx, viewer_id, total, page, {conversation.id: view}, marks=marks, with_owners=with_owners
    )


async def list_important(
    tx: Transaction, viewer_id: int, *, offset: int, count: int, start_message_id: int = 0
) -> MessagePage:
    """Return the messages that the viewer has marked as important, newest first, from one on or (0) from the first."""
    upto = start_message_id or MAX_NUMBER
    page = await messages.list_important(tx, viewer_id, upto, offset, count)
    return await _gather_visible(tx, viewer_id, page)


async def gather_page(
    tx: Transaction,
    viewer_id: int,
    count: int,
    page: list[Message],
    views: dict[int, Membership],
    *,
    marks: dict[MessageKey, tuple[bool, bool]] | None = None,
    peers: Iterable[int] = (),
    with_owners: bool = True,
) -> MessagePage:
    """Load what messages need to be drawn: people and communities, chats, attachments and reactions."""
    owners: Owners = {}
    if with_owners:
        named = {who for message in page for who in (message.peer_for(viewer_id), *people_in(message))}
        owners = await load_owners(tx, viewer_id, {viewer_id, *peers, *named})
    keys = [message.key for message in page]
    chats = await load_chats(tx, sorted(one for one, view in views.items() if view.peer_id > CHAT_PEERS))
    return MessagePage(
        count,
        page,
        views,
        owners,
        await load_message_attachments(tx, viewer_id, page),
        marks or {},
        await load_reactions(tx, keys),
        chats,
    )


async def gather_conversations(tx: Transaction, viewer_id: int, found: ConversationList) -> MessagePage:
    """Load the last and the pinned messages of conversations, with what these need to be drawn."""
    views = {view.conversation_id: view for view in found.memberships}
    last_ids = [view.last_message_id for view in found.memberships if view.last_message_id]
    pinned = [(one.id, one.pinned_number) for one in found.conversations.values() if one.pinned_number]
    page = [
        *(await messages.load_messages(tx, last_ids)).values(),
        *await messages.load_by_keys(tx, pinned),
    ]
    peers = {view.peer_id for view in found.memberships}
    gathered = await gather_page(tx, viewer_id, len(page), page, views, peers=peers)
    return replace(gathered, unread_reactions=await load_unread(tx, viewer_id, sorted(views)))


def people_in(message: Message) -> set[int]:
    """Return who wrote a message, whom it quotes, and whom it tells of."""
    people = {message.from_id}
    if message.extra is not None:
        people |= {quoted.from_id for quoted in _quotes(message)}
        if message.extra.action is not None and message.extra.action.member_id:
            people.add(message.extra.action.member_id)
    return people


def _quotes(message: Message) -> Iterable[Quoted]:
    if message.extra is None:
        return
    waiting = list(message.extra.forwards)
    if message.extra.reply is not None:
        waiting.append(message.extra.reply)
    while waiting:
        quoted = waiting.pop()
        yield quoted
        waiting.extend(quoted.forwards)


async def load_message_attachments(tx: Transaction, viewer_id: int, page: list[Message]) -> Attached:
    """Return what is attached to messages and to what they quote: what is sent to someone may be seen by him."""
    lists: list[list[Attachment]] = []
    for message in page:
        lists.append(message.attachments)
        if message.extra is not None:
            lists.extend(quoted.attachments for quoted in _quotes(message))
    attached = [({one.owner_id for one in attachments}, attachments) for attachments in lists if attachments]
    return await load_attached(tx, viewer_id, attached)
