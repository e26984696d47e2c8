"""photos.* and messages.*: the picture of a chat."""

import re
from typing import Annotated, Any

from msgspec import Struct

from dvor.core import chats
from dvor.core.files import make_address, read_picture_receipt
from dvor.dialects.vk.chats import ChatNumber, draw_whole_chat
from dvor.dialects.vk.peers import ActorParams, read_actor
from dvor.dialects.vk.photo_objects import CHAT_UPLOAD
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import InvalidUpload
from dvor.model.tokens import Scope

_PURPOSE = re.compile(rf"{CHAT_UPLOAD}(\d{{1,10}})", re.ASCII)


class OneChat(Params, kw_only=True):
    """Parameters that name a chat."""

    chat_id: ChatNumber


class ChatServer(Struct, frozen=True):
    """Where to POST a picture as multipart/form-data, within ten minutes."""

    upload_url: str


@method(
    "photos.getChatUploadServer",
    scope=Scope.MESSAGES,
    for_groups=True,
    not_yet=("crop_x", "crop_y", "crop_width"),
)
async def get_chat_upload_server(call: Call, params: OneChat) -> ChatServer:
    """Returns the address to which a picture for a chat is sent; its answer has `response` for messages.setChatPhoto.

    VK: photos.getChatUploadServer.
    """
    await chats.get_chat(call.tx, call.owner_id, params.chat_id)
    address = make_address(call.courtyard, call.owner_id, f"{CHAT_UPLOAD}{params.chat_id}")
    return ChatServer(f"{call.courtyard.public_url}/upload/photo/{address}")


class SetPhoto(Params, kw_only=True):
    """Parameters of messages.setChatPhoto."""

    file: Annotated[str, doc("`response` of the upload's answer.")]


class ChangedChat(Struct, frozen=True):
    """The message that tells of the change, and the chat."""

    message_id: int
    chat: dict[str, Any]


@method("messages.setChatPhoto", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def set_chat_photo(call: Call, params: SetPhoto) -> ChangedChat:
    """Makes an uploaded picture that of a chat.

    VK: messages.setChatPhoto.
    """
    body, _, signature = params.file.partition(".")
    purpose, upload = read_picture_receipt(call.courtyard, call.owner_id, body, signature)
    match = _PURPOSE.fullmatch(purpose)
    if match is None:
        raise InvalidUpload("the upload is none for a chat")
    number = int(match[1])
    message_id = await chats.set_avatar(call.tx, call.owner_id, number, upload, now=call.now)
    return ChangedChat(message_id, await draw_whole_chat(call, number, []))


class DeletePhoto(ActorParams, kw_only=True):
    """Parameters of messages.deleteChatPhoto."""

    chat_id: ChatNumber


@method("messages.deleteChatPhoto", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def delete_chat_photo(call: Call, params: DeletePhoto) -> ChangedChat:
    """Takes a chat's picture away.

    VK: messages.deleteChatPhoto.
    """
    actor_id = await read_actor(call, params.group_id)
    message_id = await chats.set_avatar(call.tx, actor_id, params.chat_id, None, now=call.now)
    return ChangedChat(message_id, await draw_whole_chat(call, params.chat_id, [], actor_id=actor_id))
