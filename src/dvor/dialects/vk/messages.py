"""messages.*: conversations and messages."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor.core import messages
from dvor.core.conversations import ConversationPage, list_conversations
from dvor.core.messages import MessagePage
from dvor.core.users import find_user_ids
from dvor.dialects.vk.attachments import read_attachments
from dvor.dialects.vk.errors import code_of, text_of
from dvor.dialects.vk.longpoll import make_poll_server
from dvor.dialects.vk.message_objects import (
    ConversationObject,
    MessageObject,
    draw_conversation,
    draw_message,
)
from dvor.dialects.vk.users import UserObject
from dvor.dialects.vk.wall import draw_profiles
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.conversations import Membership
from dvor.model.errors import (
    GroupNotFound,
    InvalidParameter,
    MessageBlocked,
    MessageForbidden,
    NotImplementedYet,
    PeerNotFound,
    Refusal,
)
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID
from dvor.model.tokens import Scope

CHAT_PEERS = 2_000_000_000
"""VK's peer ids above it are chats."""
RANDOM_ID_FROM = (5, 90)
"""From this version on VK demands a random_id."""

SignedId = Annotated[int, doc("A signed number.", ge=-MAX_NUMBER, le=MAX_NUMBER)]


class PeerParams(Params):
    """The many ways in which clients name a conversation; -1, 0 and empty texts mean "not given"."""

    peer_id: Annotated[SignedId, doc("The conversation: a user's id.")] = 0
    user_id: Annotated[SignedId, doc("The other user, instead of peer_id.")] = 0
    group_id: Annotated[SignedId, doc("The community on whose behalf; communities do not write yet.")] = 0


async def read_peer(call: Call, params: PeerParams, domain: str = "", chat_id: int = 0) -> int:
    """Return the user whom the parameters name, 0 if none is named; `PeerNotFound`, `NotImplementedYet`."""
    if params.group_id > 0:
        raise GroupNotFound(str(params.group_id))
    if chat_id > 0 or params.peer_id > CHAT_PEERS:
        raise NotImplementedYet("chats of several people")
    for named in (params.peer_id, params.user_id):
        if named not in (0, -1):
            if not 0 < named <= MAX_USER_ID:
                raise PeerNotFound(str(named))
            return named
    if domain:
        found = await find_user_ids(call.tx, [domain])
        if not found:
            raise PeerNotFound(domain)
        return found[0]
    return 0


class SentObject(Struct, frozen=True, omit_defaults=True):
    """What became of a message to one of several peers."""

    peer_id: int
    message_id: int
    conversation_message_id: int
    error: dict[str, Any] | UnsetType = UNSET


class Send(PeerParams):
    """Parameters of messages.send."""

    peer_ids: Annotated[list[SignedId], doc("Up to 100 conversations.", max_length=100)] = []
    user_ids: Annotated[list[SignedId], doc("Up to 100 users.", max_length=100)] = []
    domain: Annotated[str, doc("The other user's screen name.", max_length=64)] = ""
    chat_id: Annotated[SignedId, doc("A chat of several people; there are none yet.")] = 0
    message: Annotated[str, doc("The words, at most 4096 characters.")] = ""
    attachment: Annotated[list[str], doc("Up to ten photos: `photo1_2,photo1_3`.")] = []
    random_id: (
        Annotated[
            int,
            doc(
                "Sent again with the same number (not 0) the message is not sent twice.",
                ge=-(2**63),
                le=2**63 - 1,
            ),
        ]
        | None
    ) = None
    dont_parse_links: Annotated[bool, doc("Make no previews of links; none are made.")] = False
    disable_mentions: Annotated[bool, doc("Notify nobody who is mentioned; nobody is.")] = False
    intent: Annotated[Literal["", "default"], doc("Why a community writes.")] = "default"


@method(
    "messages.send",
    scope=Scope.MESSAGES,
    writes=True,
    not_yet=(
        "sticker_id",
        "lat",
        "long",
        "reply_to",
        "forward_messages",
        "forward",
        "keyboard",
        "template",
        "payload",
        "content_source",
        "subscribe_id",
    ),
)
async def send(call: Call, params: Send) -> int | list[SentObject]:
    """Sends a message and returns its id, or a row for each of `peer_ids` or `user_ids`.

    VK: messages.send.  A random_id is demanded from version 5.90 on; 0 never stands for a repetition.
    """
    if params.random_id is None and call.is_versioned and call.version >= RANDOM_ID_FROM:
        raise InvalidParameter("random_id")
    peers = params.peer_ids or params.user_ids
    if peers:
        return [await _send_one(call, params, peer) for peer in dict.fromkeys(peers)]
    peer_id = await read_peer(call, params, params.domain, params.chat_id)
    if not peer_id:
        raise InvalidParameter("peer_id")
    return (await _send(call, params, peer_id)).message_id


async def _send(call: Call, params: Send, peer_id: int) -> messages.Sent:
    return await messages.send_message(
        call.tx,
        call.user_id,
        peer_id,
        params.message,
        read_attachments("attachment", params.attachment),
        random_id=params.random_id or 0,
        now=call.now,
    )


async def _send_one(call: Call, params: Send, peer: int) -> SentObject:
    """Send to one of several; a peer who cannot be written to does not keep the others from it."""
    try:
        if not 0 < peer <= MAX_USER_ID:
            raise PeerNotFound(str(peer))
        sent = await _send(call, params, peer)
    except (PeerNotFound, MessageBlocked, MessageForbidden) as refusal:
        return SentObject(peer, 0, 0, error=_error_of(refusal))
    return SentObject(peer, sent.message_id, sent.number)


def _error_of(refusal: Refusal) -> dict[str, Any]:
    code = code_of(refusal, {})
    return {"code": code, "description": text_of(code, refusal, is_versioned=True)}


class MessageList(Struct, frozen=True, omit_defaults=True):
    """Messages; `count` is how many there are in all."""

    count: int
    items: list[MessageObject]
    conversations: list[ConversationObject] | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[dict[str, Any]] | UnsetType = UNSET


def draw_messages(call: Call, page: MessagePage, *, extended: bool, fields: list[str]) -> MessageList:
    """Return a page of messages, extended by the people."""
    items = [
        draw_message(call, one, page.memberships.get(one.conversation_id), page.attached)
        for one in page.messages
    ]
    if not extended:
        return MessageList(page.count, items)
    return MessageList(page.count, items, profiles=draw_profiles(call, page.people, fields), groups=[])


class GetMessages(Params):
    """Parameters of messages.getById."""

    message_ids: Annotated[
        list[Annotated[int, doc("A message id.", ge=0, le=MAX_NUMBER)]], doc("Up to 100 ids.", max_length=100)
    ]
    preview_length: Annotated[
        int, doc("Cut the text after so many characters; 0: never.", ge=0, le=10_000)
    ] = 0
    extended: Annotated[bool, doc("Give the people in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    group_id: Annotated[SignedId, doc("The community on whose behalf; communities do not write yet.")] = 0


@method("messages.getById", scope=Scope.MESSAGES, not_yet=("cmids",))
async def get_by_id(call: Call, params: GetMessages) -> MessageList:
    """Returns messages of the caller's conversations by their ids; others' are left out.

    VK: messages.getById.
    """
    if params.group_id > 0:
        raise GroupNotFound(str(params.group_id))
    page = await messages.get_messages(call.tx, call.user_id, params.message_ids)
    drawn = draw_messages(call, page, extended=params.extended, fields=params.fields)
    if not params.preview_length:
        return drawn
    cut = [replace(item, text=item.text[: params.preview_length]) for item in drawn.items]
    return replace(drawn, items=cut)


class GetHistory(PeerParams):
    """Parameters of messages.getHistory."""

    offset: Annotated[
        int, doc("How many to skip; negative: back over start_message_id.", ge=-(2**31), le=2**31 - 1)
    ] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    start_message_id: Annotated[SignedId, doc("Where to begin; -1: at the first unread message.")] = 0
    rev: Annotated[bool, doc("The oldest first.")] = False
    extended: Annotated[bool, doc("Give the people in `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.getHistory", scope=Scope.MESSAGES)
async def get_history(call: Call, params: GetHistory) -> MessageList:
    """Returns a part of a conversation, newest first.

    VK: messages.getHistory.
    """
    peer_id = await read_peer(call, params)
    if not peer_id:
        raise InvalidParameter("peer_id")
    page = await messages.read_history(
        call.tx,
        call.user_id,
        peer_id,
        offset=params.offset,
        count=params.count,
        start_message_id=params.start_message_id,
        is_rising=params.rev,
    )
    drawn = draw_messages(call, page, extended=params.extended, fields=params.fields)
    peer = page.people.get(peer_id)
    rows = list(page.memberships.values())
    conversations = [draw_conversation(row, peer, is_versioned=call.is_versioned) for row in rows]
    count = page.count if call.is_versioned else len(page.messages)
    return replace(drawn, conversations=conversations, count=count)


class ConversationItem(Struct, frozen=True):
    """A conversation and the last that was said in it."""

    conversation: ConversationObject
    last_message: MessageObject


class ConversationList(Struct, frozen=True, omit_defaults=True):
    """Conversations, the liveliest first."""

    count: int
    items: list[ConversationItem]
    unread_count: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[dict[str, Any]] | UnsetType = UNSET


class GetConversations(Params):
    """Parameters of messages.getConversations."""

    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    filter: Annotated[
        Literal["", "all", "unread", "important", "unanswered"],
        doc(
            "`unread`: only those with unread messages; nothing can be marked as important or unanswered yet."
        ),
    ] = "all"
    extended: Annotated[bool, doc("Give `profiles` and `groups`; without `v` by default.")] | None = None
    start_message_id: Annotated[
        int, doc("Begin at the conversation of this last message.", ge=0, le=MAX_NUMBER)
    ] = 0
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    group_id: Annotated[SignedId, doc("The community on whose behalf; communities do not write yet.")] = 0


@method("messages.getConversations", scope=Scope.MESSAGES)
async def get_conversations(call: Call, params: GetConversations) -> ConversationList:
    """Returns the caller's conversations with their last messages.

    VK: messages.getConversations.
    """
    if params.group_id > 0:
        raise GroupNotFound(str(params.group_id))
    if params.filter in ("important", "unanswered"):
        return ConversationList(0, [], 0, [], [])
    page = await list_conversations(
        call.tx,
        call.user_id,
        offset=params.offset,
        count=params.count,
        unread_only=params.filter == "unread",
        start_message_id=params.start_message_id,
    )
    items = [_draw_item(call, page, row) for row in page.memberships]
    unread_count = page.unread_count if call.is_versioned else UNSET
    if not (params.extended if params.extended is not None else not call.is_versioned):
        return ConversationList(page.count, items, unread_count)
    return ConversationList(
        page.count, items, unread_count, draw_profiles(call, page.people, params.fields), []
    )


def _draw_item(call: Call, page: ConversationPage, row: Membership) -> ConversationItem:
    conversation = draw_conversation(row, page.people.get(row.peer_id), is_versioned=call.is_versioned)
    message = draw_message(call, page.last_messages[row.last_message_id], row, page.attached)
    return ConversationItem(conversation, message)


class PollServer(Struct, frozen=True, omit_defaults=True):
    """Where to wait for events: `ts` is the newest one."""

    server: str
    key: str
    ts: int
    pts: int | UnsetType = UNSET


class GetLongPollServer(Params):
    """Parameters of messages.getLongPollServer."""

    need_pts: Annotated[bool, doc("Give `pts` too; without `v` by default.")] | None = None
    lp_version: Annotated[
        int, doc("The version that the client will ask with; any is good.", ge=0, le=1000)
    ] = 3
    group_id: Annotated[SignedId, doc("The community whose events; communities have none yet.")] = 0


@method("messages.getLongPollServer", scope=Scope.MESSAGES)
async def get_long_poll_server(call: Call, params: GetLongPollServer) -> PollServer:
    """Returns the address and the key with which to wait for events.

    VK: messages.getLongPollServer: `server` is without a scheme when `v` is given, as VK has it.
    """
    if params.group_id > 0:
        raise GroupNotFound(str(params.group_id))
    server, key, cursor = await make_poll_server(call)
    needs_pts = params.need_pts if params.need_pts is not None else not call.is_versioned
    return PollServer(server, key, cursor.number, cursor.pts if needs_pts else UNSET)
