"""messages.getDialogs, which older clients call: conversations in the form that they had before version 5.80."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dvor.core import conversations
from dvor.core.messages import gather_conversations
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.message_objects import OLDER_MEMBERS_BELOW, MessageDrawing
from dvor.dialects.vk.peers import ActorParams, read_actor
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, doc, method
from dvor.model.conversations import Chat, ConversationFilter
from dvor.model.errors import MethodDisabled
from dvor.model.ids import CHAT_PEERS, MAX_NUMBER
from dvor.model.messages import Message
from dvor.model.tokens import Scope


class GetDialogs(ActorParams):
    """Parameters of messages.getDialogs."""

    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 20
    start_message_id: Annotated[
        int, doc("Begin at the conversation of this last message.", ge=0, le=MAX_NUMBER)
    ] = 0
    preview_length: Annotated[int, doc("Cut the texts after so many characters.", ge=0, le=10_000)] = 0
    unread: Annotated[bool, doc("Only those with unread messages.")] = False
    important: Annotated[bool, doc("Only those marked as important.")] = False
    unanswered: Annotated[bool, doc("Only those that a community has yet to answer.")] = False
    extended: Annotated[bool, doc("Give `profiles` and `groups` (OpenVK).")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


class DialogObject(Struct, frozen=True, omit_defaults=True):
    """A conversation by its last message; the read marks are message ids."""

    message: dict[str, Any]
    in_read: int
    out_read: int
    unread: int = 0


class DialogList(Struct, frozen=True, omit_defaults=True):
    """Conversations, the liveliest first; `unread_dialogs` is how many have something unread."""

    count: int
    items: list[DialogObject]
    unread_dialogs: int | UnsetType = UNSET
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


@method("messages.getDialogs", scope=Scope.MESSAGES, for_groups=True, errors={MethodDisabled: 23})
async def get_dialogs(call: Call, params: GetDialogs) -> DialogList:
    """Returns the caller's conversations in VK's form before 5.80; error 23 from there on, and without `v`.

    VK before 5.80 (now messages.getConversations), OpenVK: messages.getDialogs.
    """
    if not call.is_versioned or call.version >= OLDER_MEMBERS_BELOW:
        raise MethodDisabled("use messages.getConversations")
    actor_id = await read_actor(call, params.group_id)
    found = await conversations.list_conversations(
        call.tx,
        actor_id,
        offset=params.offset,
        count=params.count,
        which=_read_filter(params),
        start_message_id=params.start_message_id,
    )
    page = await gather_conversations(call.tx, actor_id, found)
    drawing = MessageDrawing(call, actor_id, page)
    by_id = {message.id: message for message in page.messages}
    items = []
    for view in found.memberships:
        last = by_id[view.last_message_id]
        message = msgspec.to_builtins(drawing.draw(last))
        if params.preview_length:
            message["body"] = message["body"][: params.preview_length]
        if view.peer_id > CHAT_PEERS:
            message |= _describe_chat(page.chats[view.conversation_id], last)
        items.append(
            DialogObject(message, view.read_message_id, view.peer_read_message_id, view.unread_count)
        )
    unread = found.unread_count or UNSET
    if not params.extended:
        return DialogList(found.count, items, unread)
    profiles, groups = (
        draw_profiles(call, page.owners, params.fields),
        draw_groups(call, page.owners, params.fields),
    )
    return DialogList(found.count, items, unread, profiles, groups)


def _read_filter(params: GetDialogs) -> ConversationFilter:
    if params.unread:
        return "unread"
    if params.important:
        return "important"
    return "unanswered" if params.unanswered else "all"


def _describe_chat(chat: Chat, last: Message) -> dict[str, Any]:
    """Return what a message of a chat told of it: who wrote stands in `user_id`."""
    return {
        "chat_id": chat.number,
        "title": chat.title,
        "user_id": last.from_id,
        "users_count": chat.members,
        "admin_id": chat.creator_id,
    }
