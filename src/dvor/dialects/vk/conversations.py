"""messages.*: conversations: listing them, reading up to, typing, clearing, pinning, reacting."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor.core import conversations
from dvor.core import message_changes as changes
from dvor.core.chats import list_members
from dvor.core.messages import find_message, gather_conversations, get_numbered
from dvor.core.privacy import Person, load_owner
from dvor.dialects.vk.conversation_objects import ConversationDrawing, ConversationObject
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.message_objects import MessageDrawing, MessageObject
from dvor.dialects.vk.peers import (
    ActorParams,
    OnePeer,
    PeerParams,
    SignedId,
    check_peer,
    is_given,
    read_actor,
    read_peer,
)
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.conversations import ConversationFilter
from dvor.model.errors import InvalidParameter
from dvor.model.ids import MAX_NUMBER
from dvor.model.tokens import Scope

Cmid = Annotated[int, doc("A message's number within its conversation.", ge=0, le=MAX_NUMBER)]


class ConversationItem(Struct, frozen=True):
    """A conversation and the last that was said in it."""

    conversation: ConversationObject
    last_message: MessageObject


class ConversationItems(Struct, frozen=True, omit_defaults=True):
    """Conversations with their last messages, the liveliest first."""

    count: int
    items: list[ConversationItem]
    unread_count: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class GetConversations(ActorParams):
    """Parameters of messages.getConversations."""

    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    filter: Annotated[
        Literal["", "all", "unread", "important", "unanswered"],
        doc("Only those with unread messages, marked as important, or that a community has yet to answer."),
    ] = "all"
    extended: Annotated[bool, doc("Give `profiles` and `groups`; without `v` by default.")] | None = None
    start_message_id: Annotated[
        int, doc("Begin at the conversation of this last message.", ge=0, le=MAX_NUMBER)
    ] = 0
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    major_sort_id: Annotated[int, doc("Where the last page ended (VK's own apps); no difference.")] = 0


@method("messages.getConversations", scope=Scope.MESSAGES, for_groups=True)
async def get_conversations(call: Call, params: GetConversations) -> ConversationItems:
    """Returns the caller's conversations with their last messages.

    VK: messages.getConversations.
    """
    actor_id = await read_actor(call, params.group_id)
    which: ConversationFilter = params.filter or "all"
    found = await conversations.list_conversations(
        call.tx,
        actor_id,
        offset=params.offset,
        count=params.count,
        which=which,
        start_message_id=params.start_message_id,
    )
    page = await gather_conversations(call.tx, actor_id, found)
    drawing, message_drawing = (
        ConversationDrawing(call, page, found.conversations),
        MessageDrawing(call, actor_id, page),
    )
    by_id = {message.id: message for message in page.messages}
    items = [
        ConversationItem(drawing.draw(view), message_drawing.draw(by_id[view.last_message_id]))
        for view in found.memberships
    ]
    unread_count = found.unread_count if call.is_versioned else UNSET
    if not (params.extended if params.extended is not None else not call.is_versioned):
        return ConversationItems(found.count, items, unread_count)
    profiles = draw_profiles(call, page.owners, params.fields)
    return ConversationItems(
        found.count, items, unread_count, profiles, draw_groups(call, page.owners, params.fields)
    )


class ConversationObjects(Struct, frozen=True, omit_defaults=True):
    """Conversations that were asked for."""

    count: int
    items: list[ConversationObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class GetConversationsById(ActorParams):
    """Parameters of messages.getConversationsById."""

    peer_ids: Annotated[list[SignedId], doc("Up to 100 conversations.", max_length=100)]
    extended: Annotated[bool, doc("Give `profiles` and `groups` too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.getConversationsById", scope=Scope.MESSAGES, for_groups=True)
async def get_conversations_by_id(call: Call, params: GetConversationsById) -> ConversationObjects:
    """Returns conversations by their peers; those in which nothing was said are left out.

    VK: messages.getConversationsById.
    """
    actor_id = await read_actor(call, params.group_id)
    found = await conversations.load_views(call.tx, actor_id, [check_peer(one) for one in params.peer_ids])
    page = await gather_conversations(call.tx, actor_id, found)
    drawing = ConversationDrawing(call, page, found.conversations)
    items = [drawing.draw(view) for view in found.memberships]
    if not params.extended:
        return ConversationObjects(found.count, items)
    profiles = draw_profiles(call, page.owners, params.fields)
    return ConversationObjects(found.count, items, profiles, draw_groups(call, page.owners, params.fields))


class MemberObject(Struct, frozen=True, omit_defaults=True):
    """Somebody in a conversation."""

    member_id: int
    invited_by: int | UnsetType = UNSET
    join_date: int | UnsetType = UNSET
    is_admin: bool | UnsetType = UNSET
    is_owner: bool | UnsetType = UNSET
    can_kick: bool | UnsetType = UNSET


class MemberList(Struct, frozen=True):
    """Who is in a conversation."""

    count: int
    items: list[MemberObject]
    profiles: list[UserObject]
    groups: list[GroupObject]


class GetMembers(OnePeer):
    """Parameters of messages.getConversationMembers."""

    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=1000)] = 1000
    extended: Annotated[bool, doc("`profiles` and `groups` are always given.")] = True
    member_ids: Annotated[list[SignedId], doc("Only these, if they are in it.", max_length=1000)] = []
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("messages.getConversationMembers", scope=Scope.MESSAGES, for_groups=True)
async def get_conversation_members(call: Call, params: GetMembers) -> MemberList:
    """Returns who is in a conversation.

    VK: messages.getConversationMembers.
    """
    actor_id = await read_actor(call, params.group_id)
    found = await list_members(call.tx, actor_id, check_peer(params.peer_id))
    mine = next((view for view in found.views if view.user_id == actor_id), None)
    views = [one for one in found.views if not params.member_ids or one.user_id in params.member_ids]
    may_kick = mine is not None and bool(mine.is_admin)
    creator_id = next((view.user_id for view in found.views if view.inviter_id == view.user_id), 0)
    items = [
        MemberObject(
            view.user_id,
            invited_by=view.inviter_id or UNSET,
            join_date=view.joined_at or UNSET,
            is_admin=True if view.is_admin else UNSET,
            is_owner=True if view.is_admin and view.user_id == creator_id else UNSET,
            can_kick=True if may_kick and view.user_id != actor_id else UNSET,
        )
        for view in views[params.offset : params.offset + params.count]
    ]
    profiles = draw_profiles(call, found.owners, params.fields)
    return MemberList(len(views), items, profiles, draw_groups(call, found.owners, params.fields))


class MarkAsRead(PeerParams):
    """Parameters of messages.markAsRead."""

    message_ids: Annotated[
        list[Annotated[int, doc("A message id.", ge=0, le=MAX_NUMBER)]],
        doc("The newest of these.", max_length=1000),
    ] = []
    start_message_id: Annotated[int, doc("Up to this message; 0: all.", ge=0, le=MAX_NUMBER)] = 0
    up_to_cmid: Cmid = 0
    mark_conversation_as_read: Annotated[bool, doc("Also one that was marked as unread; none can be.")] = (
        False
    )


@method("messages.markAsRead", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def mark_as_read(call: Call, params: MarkAsRead) -> Literal[1]:
    """Marks a conversation as read, up to a message or whole.

    VK: messages.markAsRead.
    """
    actor_id = await read_actor(call, params.group_id)
    message_id = max(params.message_ids, default=params.start_message_id)
    if message_id and not is_given(call, params.peer_id) and not is_given(call, params.user_id):
        peer_id = (await find_message(call.tx, actor_id, 0, message_id=message_id)).peer_for(actor_id)
    else:
        peer_id = await read_peer(call, params)
    await conversations.read_up_to(
        call.tx, actor_id, peer_id, message_id=message_id, number=params.up_to_cmid, now=call.now
    )
    return 1


class SetActivity(PeerParams):
    """Parameters of messages.setActivity."""

    type: Annotated[
        Literal["typing", "audiomessage", "photo", "video", "file", "videomessage"], doc("What one is doing.")
    ] = "typing"


@method("messages.setActivity", scope=Scope.MESSAGES, for_groups=True)
async def set_activity(call: Call, params: SetActivity) -> Literal[1]:
    """Tells the others in a conversation that the caller is typing; seen by who waits for events just then.

    VK: messages.setActivity.
    """
    actor_id = await read_actor(call, params.group_id)
    await conversations.tell_activity(
        call.courtyard, call.tx, actor_id, await read_peer(call, params), params.type
    )
    return 1


class Cleared(Struct, frozen=True):
    """The id of the last message that was hidden."""

    last_deleted_id: int


@method("messages.deleteConversation", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def delete_conversation(call: Call, params: PeerParams) -> Cleared:
    """Hides all that was said in a conversation so far from the caller.

    VK: messages.deleteConversation.
    """
    actor_id = await read_actor(call, params.group_id)
    peer_id = await read_peer(call, params)
    last_id = await conversations.clear_conversation(call.tx, actor_id, peer_id, now=call.now)
    return Cleared(last_id)


class Pin(OnePeer):
    """Parameters of messages.pin."""

    message_id: Annotated[int, doc("The message.", ge=0, le=MAX_NUMBER)] = 0
    cmid: Cmid = 0
    conversation_message_id: Cmid = 0


@method("messages.pin", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def pin(call: Call, params: Pin) -> MessageObject:
    """Pins a message to a conversation.

    VK: messages.pin.
    """
    actor_id = await read_actor(call, params.group_id)
    number, peer_id = params.cmid or params.conversation_message_id, check_peer(params.peer_id)
    if not number and not params.message_id:
        raise InvalidParameter("message_id")
    message = await changes.pin_message(
        call.tx, actor_id, peer_id, message_id=params.message_id, number=number, now=call.now
    )
    page = await get_numbered(call.tx, actor_id, peer_id, [message.number])
    drawn = MessageDrawing(call, actor_id, page).draw(message)
    return replace(drawn, out=bool(drawn.out))  # VK says true and false here, and 1 and 0 everywhere else


@method("messages.unpin", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def unpin(call: Call, params: OnePeer) -> Literal[1]:
    """Unpins what is pinned to a conversation.

    VK: messages.unpin.
    """
    actor_id = await read_actor(call, params.group_id)
    await changes.unpin_message(call.tx, actor_id, check_peer(params.peer_id), now=call.now)
    return 1


class MarkConversation(OnePeer):
    """Parameters of messages.markAsImportantConversation and markAsAnsweredConversation."""

    important: Annotated[bool, doc("Whether it is important.")] = True
    answered: Annotated[bool, doc("Whether it is answered.")] = True


@method(
    "messages.markAsImportantConversation",
    scope=Scope.MESSAGES,
    for_groups=True,
    writes=True,
    is_repeatable=True,
)
async def mark_as_important_conversation(call: Call, params: MarkConversation) -> Literal[1]:
    """Marks a conversation as important, or takes that back.

    VK: messages.markAsImportantConversation.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    await conversations.mark_conversation(call.tx, actor_id, peer_id, is_important=params.important)
    return 1


@method(
    "messages.markAsAnsweredConversation",
    scope=Scope.MESSAGES,
    for_groups=True,
    writes=True,
    is_repeatable=True,
)
async def mark_as_answered_conversation(call: Call, params: MarkConversation) -> Literal[1]:
    """Marks a conversation as answered, or as not yet.

    VK: messages.markAsAnsweredConversation.
    """
    actor_id, peer_id = await read_actor(call, params.group_id), check_peer(params.peer_id)
    await conversations.mark_conversation(call.tx, actor_id, peer_id, is_unanswered=not params.answered)
    return 1


class GetLastActivity(Params):
    """Parameters of messages.getLastActivity."""

    user_id: Annotated[int, doc("The person.", ge=1, le=1_999_999_999)]


class LastActivity(Struct, frozen=True):
    """Whether a person is here, and when he was last."""

    online: int
    time: int


@method("messages.getLastActivity", scope=Scope.MESSAGES)
async def get_last_activity(call: Call, params: GetLastActivity) -> LastActivity:
    """Says whether a person is online and when he was seen last.

    VK: messages.getLastActivity.
    """
    owner = await load_owner(call.tx, call.user_id, params.user_id)
    assert isinstance(owner, Person)
    user = owner.user
    return LastActivity(int(user.is_online(call.now)), user.seen_at or 0)
