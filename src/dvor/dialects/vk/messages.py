"""messages.*: reading messages, and where to wait for new ones."""

from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor.core import messages
from dvor.core.conversations import load_views
from dvor.core.events import get_cursor, read_news
from dvor.core.messages import MessagePage
from dvor.dialects.vk.conversation_objects import ConversationDrawing, ConversationObject
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.longpoll import MAX_VERSION
from dvor.dialects.vk.message_objects import MessageDrawing, MessageObject
from dvor.dialects.vk.peers import ActorParams, PeerParams, SignedId, check_peer, read_actor, read_peer
from dvor.dialects.vk.poll_events import PollParams, draw_event
from dvor.dialects.vk.poll_keys import make_poll_server
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, doc, method
from dvor.model.errors import CursorTooOld, InvalidParameter
from dvor.model.events import MessageEvent
from dvor.model.ids import MAX_NUMBER
from dvor.model.tokens import Scope

MessageId = Annotated[int, doc("A message id.", ge=0, le=MAX_NUMBER)]
Cmid = Annotated[int, doc("A message's number within its conversation.", ge=0, le=MAX_NUMBER)]


class MessageList(Struct, frozen=True, omit_defaults=True):
    """Messages; `count` is how many there are in all."""

    count: int
    items: list[MessageObject]
    conversations: list[ConversationObject] | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


def draw_messages(
    call: Call, viewer_id: int, page: MessagePage, *, extended: bool, fields: list[str], preview: int = 0
) -> MessageList:
    """Return a page of messages, extended by people and communities; `preview` cuts the texts."""
    drawing = MessageDrawing(call, viewer_id, page)
    items = [drawing.draw(message) for message in page.messages]
    if preview:
        items = [replace(item, text=item.text[:preview]) for item in items]
    if not extended:
        return MessageList(page.count, items)
    profiles, groups = draw_profiles(call, page.owners, fields), draw_groups(call, page.owners, fields)
    return MessageList(page.count, items, profiles=profiles, groups=groups)


class ListParams(ActorParams, kw_only=True):
    """Parameters of a list of messages."""

    preview_length: Annotated[
        int, doc("Cut the text after so many characters; 0: never.", ge=0, le=10_000)
    ] = 0
    extended: Annotated[bool, doc("Give the people in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


class GetMessages(ListParams):
    """Parameters of messages.getById."""

    message_ids: Annotated[list[MessageId], doc("Up to 100 ids.", max_length=100)] = []
    peer_id: Annotated[SignedId, doc("The conversation.")] = 0
    cmids: Annotated[
        list[Cmid], doc("Up to 100 numbers within peer_id's conversation instead.", max_length=100)
    ] = []


@method("messages.getById", scope=Scope.MESSAGES, for_groups=True)
async def get_by_id(call: Call, params: GetMessages) -> MessageList:
    """Returns messages of the caller's conversations by their ids; others' are left out.

    VK: messages.getById.
    """
    actor_id = await read_actor(call, params.group_id)
    if params.cmids:
        page = await messages.get_numbered(
            call.tx, actor_id, check_peer(params.peer_id), params.cmids, with_owners=params.extended
        )
    elif params.message_ids:
        page = await messages.get_messages(call.tx, actor_id, params.message_ids, with_owners=params.extended)
    else:
        raise InvalidParameter("message_ids")
    return draw_messages(
        call, actor_id, page, extended=params.extended, fields=params.fields, preview=params.preview_length
    )


class GetNumbered(ListParams):
    """Parameters of messages.getByConversationMessageId."""

    peer_id: Annotated[SignedId, doc("The conversation.")]
    conversation_message_ids: Annotated[list[Cmid], doc("Up to 100 numbers.", max_length=100)]


@method("messages.getByConversationMessageId", scope=Scope.MESSAGES, for_groups=True)
async def get_by_conversation_message_id(call: Call, params: GetNumbered) -> MessageList:
    """Returns messages by their numbers within a conversation; what is not to be seen is left out.

    VK: messages.getByConversationMessageId.
    """
    actor_id = await read_actor(call, params.group_id)
    peer_id = check_peer(params.peer_id)
    page = await messages.get_numbered(
        call.tx, actor_id, peer_id, params.conversation_message_ids, with_owners=params.extended
    )
    return draw_messages(call, actor_id, page, extended=params.extended, fields=params.fields)


class GetHistory(PeerParams):
    """Parameters of messages.getHistory."""

    offset: Annotated[
        int, doc("How many to skip; negative: back over start_message_id.", ge=-(2**31), le=2**31 - 1)
    ] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    start_message_id: Annotated[SignedId, doc("Where to begin; -1: at the first unread message.")] = 0
    start_cmid: Cmid = 0
    rev: Annotated[bool, doc("The oldest first.")] = False
    extended: Annotated[bool, doc("Give the people in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.getHistory", scope=Scope.MESSAGES, for_groups=True)
async def get_history(call: Call, params: GetHistory) -> MessageList:
    """Returns a part of a conversation, newest first; with `extended`, and without `v` always, how the caller sees it.

    VK: messages.getHistory.
    """
    actor_id = await read_actor(call, params.group_id)
    with_conversations = params.extended or not call.is_versioned
    page = await messages.read_history(
        call.tx,
        actor_id,
        await read_peer(call, params),
        offset=params.offset,
        count=params.count,
        start_message_id=params.start_message_id,
        start_number=params.start_cmid,
        is_rising=params.rev,
        with_owners=with_conversations,
    )
    drawn = draw_messages(call, actor_id, page, extended=params.extended, fields=params.fields)
    if not with_conversations:
        return drawn
    drawing = ConversationDrawing(call, page, {})
    conversations = [drawing.draw(view) for view in page.memberships.values()]
    count = page.count if call.is_versioned else len(page.messages)
    return replace(drawn, conversations=conversations, count=count)


class GetImportant(ListParams):
    """Parameters of messages.getImportantMessages."""

    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    start_message_id: Annotated[int, doc("Begin at this message; 0: at the newest.", ge=0, le=MAX_NUMBER)] = 0


class ImportantList(Struct, frozen=True, omit_defaults=True):
    """Important messages, and the conversations that they are from."""

    messages: MessageList
    conversations: list[ConversationObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


@method("messages.getImportantMessages", scope=Scope.MESSAGES, for_groups=True)
async def get_important_messages(call: Call, params: GetImportant) -> ImportantList:
    """Returns the messages that the caller has marked as important, newest first.

    VK: messages.getImportantMessages.
    """
    actor_id = await read_actor(call, params.group_id)
    page = await messages.list_important(
        call.tx,
        actor_id,
        offset=params.offset,
        count=params.count,
        start_message_id=params.start_message_id,
    )
    drawn = draw_messages(
        call, actor_id, page, extended=True, fields=params.fields, preview=params.preview_length
    )
    found = await load_views(call.tx, actor_id, [message.peer_for(actor_id) for message in page.messages])
    drawing = ConversationDrawing(call, page, found.conversations)
    views = [drawing.draw(view) for view in found.memberships]
    bare = MessageList(drawn.count, drawn.items)
    if not params.extended:
        return ImportantList(bare, views)
    return ImportantList(bare, views, drawn.profiles, drawn.groups)


class PollServer(Struct, frozen=True, omit_defaults=True):
    """Where to wait for events: `ts` is the newest one."""

    server: str
    key: str
    ts: int
    pts: int | UnsetType = UNSET


class GetLongPollServer(ActorParams):
    """Parameters of messages.getLongPollServer."""

    need_pts: Annotated[bool, doc("Give `pts` too; without `v` by default.")] | None = None
    lp_version: Annotated[
        int, doc("The version that the client will ask with; any is good.", ge=0, le=1000)
    ] = 3


@method("messages.getLongPollServer", scope=Scope.MESSAGES, for_groups=True)
async def get_long_poll_server(call: Call, params: GetLongPollServer) -> PollServer:
    """Returns the address and the key with which to wait for events.

    VK: messages.getLongPollServer: `server` is without a scheme when `v` is given, as VK has it.
    """
    actor_id = await read_actor(call, params.group_id)
    server, key, cursor = await make_poll_server(call, actor_id)
    needs_pts = params.need_pts if params.need_pts is not None else not call.is_versioned
    return PollServer(server, key, cursor.number, cursor.pts if needs_pts else UNSET)


class GetPollHistory(ActorParams):
    """Parameters of messages.getLongPollHistory."""

    ts: Annotated[int, doc("The newest event known.", ge=0, le=MAX_NUMBER)] = 0
    pts: Annotated[
        int, doc("The newest message event known; events after it instead.", ge=0, le=MAX_NUMBER)
    ] = 0
    preview_length: Annotated[int, doc("Cut the texts after so many characters.", ge=0, le=10_000)] = 0
    events_limit: Annotated[int, doc("At most so many events.", ge=1, le=10_000)] = 1000
    msgs_limit: Annotated[int, doc("At most so many messages.", ge=1, le=10_000)] = 200
    max_msg_id: Annotated[int, doc("Only messages above this id.", ge=0, le=MAX_NUMBER)] = 0
    lp_version: Annotated[int, doc("The version of the events.", ge=0, le=MAX_VERSION)] = 3
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


class PollHistory(Struct, frozen=True):
    """What has happened, the messages that it speaks of, and where to go on."""

    history: list[list[Any]]
    messages: MessageList
    profiles: list[UserObject]
    groups: list[GroupObject]
    new_pts: int
    more: bool


@method("messages.getLongPollHistory", scope=Scope.MESSAGES, for_groups=True, errors={CursorTooOld: 907})
async def get_long_poll_history(call: Call, params: GetPollHistory) -> PollHistory:
    """Returns the events since a number, with the messages that they speak of.

    VK: messages.getLongPollHistory.
    """
    actor_id = await read_actor(call, params.group_id)
    news = await read_news(call.tx, actor_id, params.ts, after_pts=params.pts, count=params.events_limit)
    poll = PollParams(params.ts, version=params.lp_version)
    history = [
        drawn[:4] if drawn[0] in (4, 5) else drawn
        for event in news.events
        for drawn in draw_event(event, actor_id, poll, is_full=False)
        if drawn[0] not in (114, 119)  # they are no lists of plain values
    ]
    bodies = [event.body for event in news.events if isinstance(event.body, MessageEvent)]
    ids = [body.message_id for body in bodies if body.message_id > params.max_msg_id]
    page = await messages.get_messages(call.tx, actor_id, list(dict.fromkeys(ids))[: params.msgs_limit])
    drawn = draw_messages(
        call, actor_id, page, extended=True, fields=params.fields, preview=params.preview_length
    )
    profiles, groups = draw_profiles(call, page.owners, params.fields), draw_groups(call, page.owners, [])
    newest = await get_cursor(call.tx, actor_id)
    has_more = news.number < newest.number
    return PollHistory(history, MessageList(drawn.count, drawn.items), profiles, groups, news.pts, has_more)
