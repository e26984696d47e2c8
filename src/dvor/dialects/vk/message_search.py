"""messages.*: finding messages and conversations, and what was attached."""

import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor.core import message_search
from dvor.core.conversations import load_views
from dvor.dialects.vk.attachments import AttachmentObject, draw_attachments
from dvor.dialects.vk.conversation_objects import ConversationDrawing, ConversationObject
from dvor.dialects.vk.conversations import ConversationObjects
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.messages import ListParams, MessageList, draw_messages
from dvor.dialects.vk.peers import ActorParams, OnePeer, SignedId, check_peer, read_actor
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, doc, method
from dvor.model.errors import InvalidParameter
from dvor.model.ids import MAX_NUMBER
from dvor.model.tokens import Scope


class Search(ListParams):
    """Parameters of messages.search."""

    q: Annotated[str, doc("Words, or their beginnings; all must be there.", max_length=9000)] = ""
    peer_id: Annotated[SignedId, doc("Only in this conversation.")] = 0
    date: Annotated[
        str, doc("Only what was said before this day (UTC): DDMMYYYY.", pattern=r"^(|0|\d{7,8})$")
    ] = ""
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=100)] = 20


@method("messages.search", scope=Scope.MESSAGES, for_groups=True)
async def search(call: Call, params: Search) -> MessageList:
    """Finds the messages in which every word of `q` begins a word, newest first.

    VK: messages.search.
    """
    actor_id = await read_actor(call, params.group_id)
    page = await message_search.search_messages(
        call.tx,
        actor_id,
        params.q,
        peer_id=check_peer(params.peer_id) if params.peer_id else 0,
        before=_read_day(params.date),
        offset=params.offset,
        count=params.count,
    )
    drawn = draw_messages(
        call,
        actor_id,
        page,
        extended=params.extended,
        fields=params.fields,
        preview=params.preview_length,
    )
    if not params.extended:
        return drawn
    peers = list(dict.fromkeys(message.peer_for(actor_id) for message in page.messages))
    found = await load_views(call.tx, actor_id, peers)
    drawing = ConversationDrawing(call, page, found.conversations)
    return replace(drawn, conversations=[drawing.draw(view) for view in found.memberships])


def _read_day(text: str) -> int:
    """Return the first second of a day DDMMYYYY (a number has lost its first 0); without one, the end of time."""
    if text in ("", "0"):
        return MAX_NUMBER
    try:
        day = datetime.datetime.strptime(text.zfill(8), "%d%m%Y").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise InvalidParameter("date", "no such day") from None
    return int(day.timestamp())


class SearchConversations(ActorParams):
    """Parameters of messages.searchConversations."""

    q: Annotated[str, doc("Words of a name, or their beginnings.", max_length=1000)] = ""
    count: Annotated[int, doc("How many to return.", ge=1, le=255)] = 20
    extended: Annotated[bool, doc("Give `profiles` and `groups`.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.searchConversations", scope=Scope.MESSAGES, for_groups=True)
async def search_conversations(call: Call, params: SearchConversations) -> ConversationObjects:
    """Finds conversations by the other one's name, or by a chat's title, among the thousand liveliest.

    VK: messages.searchConversations.
    """
    actor_id = await read_actor(call, params.group_id)
    found, page = await message_search.search_conversations(call.tx, actor_id, params.q, count=params.count)
    drawing = ConversationDrawing(call, page, found.conversations)
    items: list[ConversationObject] = [drawing.draw(view) for view in found.memberships]
    if not params.extended:
        return ConversationObjects(found.count, items)
    profiles = draw_profiles(call, page.owners, params.fields)
    return ConversationObjects(found.count, items, profiles, draw_groups(call, page.owners, params.fields))


class ShownObject(Struct, frozen=True):
    """Something attached, and to which message."""

    message_id: int
    cmid: int
    position: int
    date: int
    from_id: int
    attachment: AttachmentObject


class ShownList(Struct, frozen=True, omit_defaults=True):
    """What was attached, newest first; with `next_from` it goes on."""

    items: list[ShownObject]
    next_from: str | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


MediaType = Literal["photo", "doc", "audio_message"]
"""What is found; the other kinds of VK are refused, not found empty."""


class GetAttachments(OnePeer):
    """Parameters of messages.getHistoryAttachments."""

    media_type: Annotated[MediaType, doc("Which kind.")] = "photo"
    attachment_types: Annotated[list[MediaType], doc("The same; of one kind at a time.", max_length=1)] = []
    start_from: Annotated[str, doc("`next_from` of the page before.", pattern=r"^(|0|\d{1,15}/\d{1,3})$")] = (
        ""
    )
    cmid: Annotated[int, doc("Begin at this message of the conversation.", ge=0, le=MAX_NUMBER)] = 0
    attachment_position: Annotated[int, doc("And at this place in it.", ge=1, le=200)] = 1
    offset: Annotated[int, doc("How many to skip.", ge=0, le=1000)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 30
    message_video: Annotated[bool, doc("Videos in messages too; there are none.")] = False
    extended: Annotated[bool, doc("Give `profiles` and `groups`.")] = False
    photo_sizes: Annotated[bool, doc("Sizes are always given.")] = True
    preserve_order: Annotated[bool, doc("No difference: newest messages first, in a message in order.")] = (
        True
    )
    max_forwards_level: Annotated[int, doc("Forwarded messages are not looked into.", ge=0, le=45)] = 45
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.getHistoryAttachments", scope=Scope.MESSAGES, for_groups=True)
async def get_history_attachments(call: Call, params: GetAttachments) -> ShownList:
    """Returns what was attached to the messages of a conversation, newest first.

    VK: messages.getHistoryAttachments.
    """
    actor_id = await read_actor(call, params.group_id)
    place = (params.cmid, params.attachment_position) if params.cmid else None
    if "/" in params.start_from:
        number, position = params.start_from.split("/")
        place = (int(number), int(position))
    kind = next(iter(params.attachment_types), params.media_type)
    found = await message_search.list_attachments(
        call.tx,
        actor_id,
        check_peer(params.peer_id),
        kind,
        place=place,
        offset=params.offset,
        count=params.count,
    )
    items = [
        ShownObject(
            one.message.id,
            one.message.number,
            one.position,
            one.message.created_at,
            one.message.from_id,
            drawn,
        )
        for one in found.shown
        for drawn in draw_attachments(call, found.page.attached, [one.attachment])
    ]
    listed = ShownList(items)
    if found.next_place is not None:
        listed = replace(listed, next_from=f"{found.next_place[0]}/{found.next_place[1]}")
    if not params.extended:
        return listed
    profiles = draw_profiles(call, found.page.owners, params.fields)
    return replace(listed, profiles=profiles, groups=draw_groups(call, found.page.owners, params.fields))
