"""messages.*: chats of several people."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct

from dvor.core import chats
from dvor.core.conversations import get_conversation
from dvor.core.privacy import Person
from dvor.dialects.vk.conversation_objects import draw_chat, draw_link
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.name_cases import NameCase
from dvor.dialects.vk.peers import ActorParams, OnePeer, read_actor
from dvor.dialects.vk.post_objects import draw_profiles
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.users import NameCaseWord, read_case
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidParameter, UserNotFound
from dvor.model.ids import CHAT_PEERS, MAX_USER_ID, UserId
from dvor.model.tokens import Scope

ChatNumber = Annotated[int, doc("The chat's number.", ge=1, le=CHAT_PEERS - 1)]
MemberId = Annotated[int, doc("A user, or minus a community's id.", ge=-MAX_USER_ID, le=MAX_USER_ID)]


class CreateChat(ActorParams):
    """Parameters of messages.createChat."""

    user_ids: Annotated[list[UserId], doc("Up to 499 people.", max_length=499)] = []
    title: Annotated[str, doc("The title, 1 to 128 characters.")] = ""


class CreatedChat(Struct, frozen=True):
    """The number of a new chat, and who could be brought into it."""

    chat_id: int
    peer_ids: list[int]


CREATED_OBJECT_FROM = (5, 190)
"""From this version on messages.createChat answers an object (VK's schemas 5.131 and 5.199 differ)."""


@method("messages.createChat", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def create_chat(call: Call, params: CreateChat) -> int | CreatedChat:
    """Makes a chat of the caller and those of the people who take messages from him.

    VK: messages.createChat: the chat's number, as an object from version 5.190 on.
    """
    actor_id = await read_actor(call, params.group_id)
    chat = await chats.create_chat(call.tx, actor_id, params.title, params.user_ids, now=call.now)
    if call.version < CREATED_OBJECT_FROM:
        return chat.number
    members = await chats.list_members(call.tx, actor_id, chat.peer_id)
    return CreatedChat(chat.number, [view.user_id for view in members.views if view.user_id != actor_id])


class AddChatUser(Params):
    """Parameters of messages.addChatUser."""

    chat_id: ChatNumber
    user_id: Annotated[
        int, doc("Whom to bring in; oneself comes back after leaving.", ge=0, le=MAX_USER_ID)
    ] = 0
    visible_messages_count: Annotated[
        int, doc("How many earlier messages are shown; none are.", ge=0, le=1000)
    ] = 0


@method("messages.addChatUser", scope=Scope.MESSAGES, writes=True, errors={UserNotFound: 935})
async def add_chat_user(call: Call, params: AddChatUser) -> Literal[1]:
    """Brings a person into a chat, or comes back into one that the caller has left.

    VK: messages.addChatUser.
    """
    if params.user_id in (0, call.user_id):
        await chats.return_to_chat(call.tx, call.user_id, params.chat_id, now=call.now)
    else:
        await chats.add_member(call.tx, call.user_id, params.chat_id, params.user_id, now=call.now)
    return 1


class RemoveChatUser(ActorParams):
    """Parameters of messages.removeChatUser."""

    chat_id: ChatNumber
    user_id: MemberId = 0
    member_id: MemberId = 0


@method(
    "messages.removeChatUser", scope=Scope.MESSAGES, for_groups=True, writes=True, errors={UserNotFound: 935}
)
async def remove_chat_user(call: Call, params: RemoveChatUser) -> Literal[1]:
    """Takes somebody out of a chat, or leaves it.

    VK: messages.removeChatUser.
    """
    actor_id = await read_actor(call, params.group_id)
    removed_id = params.member_id or params.user_id
    if not removed_id:
        raise InvalidParameter("user_id")
    await chats.remove_member(call.tx, actor_id, params.chat_id, removed_id, now=call.now)
    return 1


class EditChat(ActorParams):
    """Parameters of messages.editChat."""

    chat_id: ChatNumber
    title: Annotated[str, doc("The new title, 1 to 128 characters.")] = ""


@method("messages.editChat", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def edit_chat(call: Call, params: EditChat) -> Literal[1]:
    """Gives a chat another title.

    VK: messages.editChat.
    """
    actor_id = await read_actor(call, params.group_id)
    await chats.rename_chat(call.tx, actor_id, params.chat_id, params.title, now=call.now)
    return 1


class SetRole(OnePeer):
    """Parameters of messages.setMemberRole."""

    member_id: MemberId
    role: Annotated[Literal["member", "admin"], doc("What the person becomes.")]


@method(
    "messages.setMemberRole", scope=Scope.MESSAGES, for_groups=True, writes=True, errors={UserNotFound: 935}
)
async def set_member_role(call: Call, params: SetRole) -> Literal[1]:
    """Makes somebody in a chat its administrator, or not.

    VK: messages.setMemberRole.
    """
    actor_id = await read_actor(call, params.group_id)
    await chats.set_administrator(
        call.tx,
        actor_id,
        read_chat_number(params.peer_id),
        params.member_id,
        is_admin=params.role == "admin",
        now=call.now,
    )
    return 1


class GetChat(Params):
    """Parameters of messages.getChat."""

    chat_id: Annotated[int, doc("The chat's number.", ge=0, le=CHAT_PEERS - 1)] = 0
    chat_ids: Annotated[list[ChatNumber], doc("Up to 100 chats.", max_length=100)] = []
    fields: Annotated[list[str], doc("Members of users.get: `users` are then users and not ids.")] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"


@method("messages.getChat", scope=Scope.MESSAGES)
async def get_chat(call: Call, params: GetChat) -> dict[str, Any] | list[dict[str, Any]]:
    """Returns chats that the caller is or was in.

    VK: messages.getChat.
    """
    if not params.chat_id and not params.chat_ids:
        raise InvalidParameter("chat_id")
    drawn = [
        await draw_whole_chat(call, number, params.fields, name_case=read_case(params.name_case))
        for number in params.chat_ids or [params.chat_id]
    ]
    return drawn if params.chat_ids else drawn[0]


async def draw_whole_chat(
    call: Call, number: int, fields: list[str], *, actor_id: int = 0, name_case: NameCase = "nom"
) -> dict[str, Any]:
    """Return a chat with its members: ids, or people with these fields; `ChatForbidden`."""
    actor_id = actor_id or call.owner_id
    chat = await chats.get_chat(call.tx, actor_id, number)
    _, view = await get_conversation(call.tx, actor_id, chat.peer_id)
    found = await chats.list_members(call.tx, actor_id, chat.peer_id)
    members: list[Any] = [one.user_id for one in found.views]
    if fields:
        drawing, inviters = (
            UserDrawing(call, fields, name_case),
            {one.user_id: one.inviter_id for one in found.views},
        )
        people = [(one, found.owners.get(one)) for one in members]
        members = [
            {"type": "profile", "invited_by": inviters[user_id]} | _as_dict(drawing.draw(person))
            for user_id, person in people
            if isinstance(person, Person)
        ]
    return draw_chat(call, chat, view, members)


def _as_dict(user: UserObject) -> dict[str, Any]:
    drawn: dict[str, Any] = msgspec.to_builtins(user)
    return drawn


class InviteLink(Struct, frozen=True):
    """An address that lets whoever has it into a chat."""

    link: str


class GetInviteLink(OnePeer):
    """Parameters of messages.getInviteLink."""

    reset: Annotated[bool, doc("Make the links given out so far worthless; an administrator may.")] = False


@method("messages.getInviteLink", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def get_invite_link(call: Call, params: GetInviteLink) -> InviteLink:
    """Returns the invitation link of a chat.

    VK: messages.getInviteLink.
    """
    actor_id, number = await read_actor(call, params.group_id), read_chat_number(params.peer_id)
    if params.reset:
        return InviteLink(draw_link(call, await chats.renew_link(call.tx, actor_id, number)))
    return InviteLink(draw_link(call, await chats.get_chat(call.tx, actor_id, number)))


class ByLink(Params):
    """Parameters of messages.joinChatByInviteLink."""

    link: Annotated[str, doc("The invitation link.", max_length=256)]


class JoinedChat(Struct, frozen=True):
    """The chat that the caller has come into."""

    chat_id: int


@method("messages.joinChatByInviteLink", scope=Scope.MESSAGES, writes=True)
async def join_chat_by_invite_link(call: Call, params: ByLink) -> JoinedChat:
    """Comes into a chat by its invitation link.

    VK: messages.joinChatByInviteLink.
    """
    chat = await chats.read_link(call.tx, call.courtyard.master_key, params.link)
    await chats.join_chat(call.tx, call.user_id, chat, now=call.now)
    return JoinedChat(chat.number)


class PreviewChat(Params):
    """Parameters of messages.getChatPreview."""

    link: Annotated[str, doc("The invitation link.", max_length=256)] = ""
    peer_id: Annotated[int, doc("Or a chat that the caller is in.", ge=0, le=2 * CHAT_PEERS)] = 0
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


class ChatPreview(Struct, frozen=True):
    """What a chat is, for who holds its link."""

    preview: dict[str, Any]
    profiles: list[UserObject]
    groups: list[GroupObject]


@method("messages.getChatPreview", scope=Scope.MESSAGES)
async def get_chat_preview(call: Call, params: PreviewChat) -> ChatPreview:
    """Says what chat an invitation link leads to.

    VK: messages.getChatPreview.
    """
    if params.peer_id and not params.link:
        chat = await chats.get_chat(call.tx, call.user_id, read_chat_number(params.peer_id))
    else:
        chat = await chats.read_link(call.tx, call.courtyard.master_key, params.link)
    found = await chats.list_present(call.tx, call.user_id, chat.conversation_id)
    members = [view.user_id for view in found.views]
    preview: dict[str, Any] = {
        "admin_id": chat.creator_id,
        "title": chat.title,
        "members": members,
        "members_count": chat.members,
        "is_member": call.user_id in members,
    }
    if call.user_id in members:
        preview["local_id"] = chat.number
    return ChatPreview(
        preview, draw_profiles(call, found.owners, params.fields), draw_groups(call, found.owners, [])
    )


def read_chat_number(peer_id: int) -> int:
    """Return the number of a chat that is named as a peer; `InvalidParameter`."""
    if not CHAT_PEERS < peer_id < 2 * CHAT_PEERS:
        raise InvalidParameter("peer_id", "is no chat")
    return peer_id - CHAT_PEERS
