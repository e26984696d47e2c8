"""messages.*: what passes between people and communities' bots beyond messages."""

from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from dvor.core import bots
from dvor.core.messages import find_message
from dvor.dialects.vk.peers import OnePeer, SignedId, check_peer
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied, InvalidParameter
from dvor.model.ids import MAX_NUMBER, MAX_USER_ID
from dvor.model.tokens import Scope

GroupId = Annotated[int, doc("The community.", ge=1, le=MAX_USER_ID)]
MAX_EVENT_DATA = 2048


class OneGroup(Params):
    """Parameters that name a community."""

    group_id: GroupId


class AllowMessages(OneGroup):
    """Parameters of messages.allowMessagesFromGroup."""

    key: Annotated[str, doc("A text that the community is told.", max_length=256)] = ""


@method("messages.allowMessagesFromGroup", scope=Scope.MESSAGES, writes=True, is_repeatable=True)
async def allow_messages_from_group(call: Call, params: AllowMessages) -> Literal[1]:
    """Lets a community write to the caller.

    VK: messages.allowMessagesFromGroup.
    """
    await bots.allow_messages(
        call.tx, call.user_id, params.group_id, is_allowed=True, key=params.key, now=call.now
    )
    return 1


@method("messages.denyMessagesFromGroup", scope=Scope.MESSAGES, writes=True, is_repeatable=True)
async def deny_messages_from_group(call: Call, params: OneGroup) -> Literal[1]:
    """Forbids a community to write to the caller.

    VK: messages.denyMessagesFromGroup.
    """
    await bots.allow_messages(call.tx, call.user_id, params.group_id, is_allowed=False, now=call.now)
    return 1


class IsAllowed(Struct, frozen=True):
    """Whether a community may write to a person."""

    is_allowed: int


class IsMessagesAllowed(OneGroup):
    """Parameters of messages.isMessagesFromGroupAllowed."""

    user_id: Annotated[int, doc("The person.", ge=1, le=MAX_USER_ID)]


@method("messages.isMessagesFromGroupAllowed", scope=Scope.MESSAGES, for_groups=True)
async def is_messages_from_group_allowed(call: Call, params: IsMessagesAllowed) -> IsAllowed:
    """Says whether a community may write to a person; he himself and its managers may ask.

    VK: messages.isMessagesFromGroupAllowed.
    """
    allowed = await bots.may_write_to(call.tx, call.owner_id, params.group_id, params.user_id)
    return IsAllowed(int(allowed))


class SendEvent(OnePeer):
    """Parameters of messages.sendMessageEvent."""

    message_id: Annotated[int, doc("The message with the button; or cmid.", ge=0, le=MAX_NUMBER)] = 0
    cmid: Annotated[int, doc("Its number within the conversation.", ge=0, le=MAX_NUMBER)] = 0
    author_id: Annotated[SignedId, doc("Who wrote the message; not needed.")] = 0
    payload: Annotated[str, doc("The payload of the button.", max_length=512)] = ""


class PressedObject(Struct, frozen=True):
    """The id of a pressed button's event."""

    event_id: str


@method("messages.sendMessageEvent", scope=Scope.MESSAGES, writes=True)
async def send_message_event(call: Call, params: SendEvent) -> PressedObject:
    """Presses a callback button below a community's message.

    The method of VK's own apps (it is not in VK's published list): there is no other way to press one.
    """
    peer_id, number = check_peer(params.peer_id), params.cmid
    if not number:
        if not params.message_id:
            raise InvalidParameter("cmid")
        message = await find_message(call.tx, call.user_id, peer_id, message_id=params.message_id)
        number = message.number
    event_id = await bots.press_button(
        call.tx, call.courtyard.master_key, call.user_id, peer_id, number, params.payload, now=call.now
    )
    return PressedObject(event_id)


class EventAnswer(OnePeer):
    """Parameters of messages.sendMessageEventAnswer."""

    event_id: Annotated[str, doc("The id that `message_event` came with.", max_length=64)]
    user_id: Annotated[int, doc("Who pressed the button.", ge=1, le=MAX_USER_ID)]
    event_data: Annotated[str, doc("JSON: what the client is to do; empty: nothing.")] = ""


@method("messages.sendMessageEventAnswer", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def send_message_event_answer(call: Call, params: EventAnswer) -> Literal[1]:
    """Tells the client of whoever pressed a callback button what to do.

    VK: messages.sendMessageEventAnswer; with the token of a community.
    """
    if not call.caller.group_id:
        raise AccessDenied("a community's token is needed")
    if len(params.event_data) > MAX_EVENT_DATA:
        raise InvalidParameter("event_data", f"longer than {MAX_EVENT_DATA} characters")
    if params.event_data:
        try:
            action = msgspec.json.decode(params.event_data, type=EventAction)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidParameter("event_data", str(error)) from error
        if action.type == "show_snackbar" and not action.text:
            raise InvalidParameter("event_data", "show_snackbar needs a text")
    await bots.answer_button(
        call.tx,
        call.caller.group_id,
        params.event_id,
        params.user_id,
        check_peer(params.peer_id),
        params.event_data,
        now=call.now,
    )
    return 1


class EventAction(Struct, frozen=True):
    """What a client is to do: show a text, open an address or an app."""

    type: Literal["show_snackbar", "open_link", "open_app"]
    text: Annotated[str, doc("The words.", max_length=90)] = ""
    link: Annotated[str, doc("The address.", max_length=2048)] = ""
    app_id: int = 0
    owner_id: int = 0
    hash: str = ""
