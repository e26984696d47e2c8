"""messages.*: sending, editing, deleting and marking messages."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from dvor.core import message_changes as changes
from dvor.core.message_sending import Sent, send_message
from dvor.core.messages import find_message, quote_messages
from dvor.dialects.vk.attachments import MESSAGE_KINDS, read_attachments
from dvor.dialects.vk.errors import code_of, text_of
from dvor.dialects.vk.keyboards import KeyboardInvalid, read_keyboard, read_template
from dvor.dialects.vk.peers import (
    ActorParams,
    PeerParams,
    SignedId,
    check_peer,
    is_given,
    read_actor,
    read_peer,
)
from dvor.dialects.vk.text_formats import read_formats
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import (
    ChatForbidden,
    InvalidParameter,
    MessageBlocked,
    MessageFixed,
    MessageForbidden,
    MessageNotFound,
    NotPermitted,
    PeerNotFound,
    Refusal,
)
from dvor.model.ids import MAX_NUMBER
from dvor.model.messages import Extra, Message, Quoted
from dvor.model.tokens import Scope

RANDOM_ID_FROM = (5, 90)
"""From this version on VK demands a random_id."""
OBJECT_FROM = (5, 245)
"""From this version on messages.send answers an object: the oldest version at which a client (simplevk 1.0.3) reads one."""
ROWS_FROM = (5, 190)
"""From this version on messages.delete answers a row for each message (VK's schema 5.199; before, `{"id": 1}`)."""
NOT_DELETED = {"code": 924, "description": "Can't delete this message for everybody"}
MessageId = Annotated[int, doc("A message id.", ge=0, le=MAX_NUMBER)]
Cmid = Annotated[int, doc("A message's number within its conversation.", ge=0, le=MAX_NUMBER)]


class SentObject(Struct, frozen=True, omit_defaults=True):
    """What became of a message to one of several peers."""

    peer_id: int
    message_id: int
    conversation_message_id: int
    error: dict[str, Any] | UnsetType = UNSET


class SentNumbers(Struct, frozen=True):
    """The numbers of a message that was sent: for the server, and within its conversation."""

    message_id: int
    cmid: int


class ContentParams(PeerParams):
    """What is said, for messages.send and messages.edit."""

    message: Annotated[str, doc("The words, at most 4096 characters.")] = ""
    attachment: Annotated[list[str], doc("Up to ten attachments: `photo1_2,photo1_3`.")] = []
    keyboard: Annotated[str, doc("A bot's keyboard, JSON.", max_length=16_384)] = ""
    template: Annotated[str, doc("A bot's carousel, JSON.", max_length=16_384)] = ""
    payload: Annotated[str, doc("JSON that goes with the message to a bot.", max_length=1024)] = ""
    format_data: Annotated[
        str, doc("Bold, italic, underlined and linked parts, JSON.", max_length=16_384)
    ] = ""
    dont_parse_links: Annotated[bool, doc("Make no previews of links; none are made.")] = False
    disable_mentions: Annotated[bool, doc("Notify nobody who is mentioned; nobody is.")] = False


class Send(ContentParams):
    """Parameters of messages.send."""

    peer_ids: Annotated[list[SignedId], doc("Up to 100 conversations.", max_length=100)] = []
    user_ids: Annotated[list[SignedId], doc("Up to 100 users.", max_length=100)] = []
    domain: Annotated[str, doc("The other's screen name.", max_length=64)] = ""
    chat_id: Annotated[SignedId, doc("A chat's number.")] = 0
    reply_to: Annotated[SignedId, doc("The id of the message that is answered.")] = 0
    forward_messages: Annotated[list[MessageId], doc("Up to 100 ids of messages.", max_length=100)] = []
    forward: Annotated[
        str, doc("JSON: peer_id, conversation_message_ids or message_ids, is_reply.", max_length=4096)
    ] = ""
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
    intent: Annotated[
        Literal["", "default", "promo_newsletter", "bot_ad_invite", "bot_ad_promo"],
        doc("Why a community writes."),
    ] = "default"


class Forward(Struct, frozen=True):
    """The parameter `forward`; vkbottle writes null for what it leaves out, vk-io a number for a list of one."""

    peer_id: int | None = None
    owner_id: int | None = None
    conversation_message_ids: list[int] | int | None = None
    message_ids: list[int] | int | None = None
    is_reply: bool | None = None

    @property
    def numbers(self) -> list[int]:
        """Numbers within the conversation."""
        return _as_list(self.conversation_message_ids)

    @property
    def ids(self) -> list[int]:
        """Ids of messages."""
        return _as_list(self.message_ids)


def _as_list(value: list[int] | int | None) -> list[int]:
    return [value] if isinstance(value, int) else value or []


SEND_ERRORS = {KeyboardInvalid: 911, MessageFixed: 920}


@method(
    "messages.send",
    scope=Scope.MESSAGES,
    for_groups=True,
    writes=True,
    errors=SEND_ERRORS,
    not_yet=("sticker_id", "lat", "long", "content_source", "subscribe_id"),
)
async def send(call: Call, params: Send) -> int | SentNumbers | list[SentObject]:
    """Sends a message and returns its id (from 5.245 on with its `cmid`), or a row for each of `peer_ids` or `user_ids`.

    VK: messages.send.  A random_id is demanded from version 5.90 on; 0 never stands for a repetition.
    """
    if params.random_id is None and call.is_versioned and call.version >= RANDOM_ID_FROM:
        raise InvalidParameter("random_id")
    actor_id = await read_actor(call, params.group_id)
    extra = await _read_extra(call, actor_id, params)
    peers = params.peer_ids or params.user_ids
    if peers:
        return [await _send_one(call, actor_id, params, extra, peer) for peer in dict.fromkeys(peers)]
    peer_id = await read_peer(call, params, params.domain, params.chat_id)
    sent = await _send(call, actor_id, params, extra, peer_id)
    if call.is_versioned and call.version >= OBJECT_FROM:
        return SentNumbers(sent.message_id, sent.number)
    return sent.message_id


async def _read_extra(call: Call, actor_id: int, params: Send) -> Extra | None:
    reply, forwards = await _read_quotes(call, actor_id, params)
    extra = Extra(
        reply=reply,
        forwards=forwards,
        keyboard=read_keyboard(params.keyboard),
        template=read_template(params.template),
        payload=read_payload(params.payload),
        formats=read_formats(params.format_data, params.message),
    )
    return None if extra == Extra() else extra


async def _read_quotes(call: Call, actor_id: int, params: Send) -> tuple[Quoted | None, list[Quoted]]:
    reply = None
    if params.reply_to > 0:
        [reply] = await quote_messages(call.tx, actor_id, [params.reply_to])
    forwards = (
        await quote_messages(call.tx, actor_id, params.forward_messages) if params.forward_messages else []
    )
    if params.forward:
        named = read_forward(params.forward)
        found = await changes.find_messages(call.tx, actor_id, named.peer_id or 0, named.ids, named.numbers)
        if not found:
            raise MessageNotFound("forward")
        quotes = [message.quote() for message in found]
        if named.is_reply:
            return quotes[0], forwards
        forwards = [*forwards, *quotes]
    return reply, forwards


def read_forward(text: str) -> Forward:
    """Return what the parameter `forward` names; `InvalidParameter`."""
    try:
        named = msgspec.json.decode(text, type=Forward, strict=False)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameter("forward", str(error)) from error
    numbers = named.numbers + named.ids
    if not numbers or len(numbers) > 100 or not all(0 < number <= MAX_NUMBER for number in numbers):
        raise InvalidParameter("forward", "1 to 100 messages")
    if named.numbers:
        check_peer(named.peer_id or 0)
    return named


def read_payload(text: str) -> str:
    """Return a payload, which must be JSON; `InvalidParameter`."""
    if text:
        try:
            msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidParameter("payload", "is not JSON") from error
    return text


async def _send(call: Call, actor_id: int, params: Send, extra: Extra | None, peer_id: int) -> Sent:
    return await send_message(
        call.tx,
        actor_id,
        peer_id,
        params.message,
        read_attachments("attachment", params.attachment, MESSAGE_KINDS),
        random_id=params.random_id or 0,
        extra=extra,
        now=call.now,
    )


async def _send_one(call: Call, actor_id: int, params: Send, extra: Extra | None, peer: int) -> SentObject:
    """Send to one of several; a peer who cannot be written to does not keep the others from it."""
    try:
        sent = await _send(call, actor_id, params, extra, check_peer(peer))
    except (PeerNotFound, MessageBlocked, MessageForbidden, NotPermitted, ChatForbidden) as refusal:
        return SentObject(peer, 0, 0, error=_error_of(refusal))
    return SentObject(peer, sent.message_id, sent.number)


def _error_of(refusal: Refusal) -> dict[str, Any]:
    code = code_of(refusal, {})
    return {"code": code, "description": text_of(code, refusal, is_versioned=True)}


class Edit(ContentParams):
    """Parameters of messages.edit."""

    message_id: MessageId = 0
    cmid: Cmid = 0
    conversation_message_id: Cmid = 0
    keep_forward_messages: Annotated[bool, doc("Leave the quoted messages where they are.")] = False
    keep_snippets: Annotated[bool, doc("Leave previews of links; none are made.")] = False


@method(
    "messages.edit",
    scope=Scope.MESSAGES,
    for_groups=True,
    writes=True,
    is_repeatable=True,
    errors=SEND_ERRORS,
    not_yet=("lat", "long"),
)
async def edit(call: Call, params: Edit) -> Literal[1]:
    """Gives one's own message of the last day other content.

    VK: messages.edit.
    """
    actor_id = await read_actor(call, params.group_id)
    number = params.cmid or params.conversation_message_id
    if params.message_id and not is_given(call, params.peer_id):
        message = await find_message(call.tx, actor_id, 0, message_id=params.message_id)
        peer_id = message.peer_for(actor_id)
    else:
        peer_id = await read_peer(call, params)
    keyboard, template = read_keyboard(params.keyboard), read_template(params.template)
    payload, formats = read_payload(params.payload), read_formats(params.format_data, params.message)
    extra = Extra(keyboard=keyboard, template=template, payload=payload, formats=formats)
    await changes.edit_message(
        call.tx,
        actor_id,
        peer_id,
        params.message,
        read_attachments("attachment", params.attachment, MESSAGE_KINDS),
        message_id=params.message_id,
        number=number,
        extra=None if extra == Extra() else extra,
        keeps_quotes=params.keep_forward_messages or not call.is_versioned,
        now=call.now,
    )
    return 1


class Delete(ActorParams):
    """Parameters of messages.delete."""

    message_ids: Annotated[list[MessageId], doc("Up to 1000 ids.", max_length=1000)] = []
    peer_id: SignedId = 0
    cmids: Annotated[
        list[Cmid], doc("Up to 1000 numbers within peer_id's conversation.", max_length=1000)
    ] = []
    conversation_message_ids: Annotated[list[Cmid], doc("The same as cmids.", max_length=1000)] = []
    spam: Annotated[bool, doc("They are spam; nothing more is done.")] = False
    reason: Annotated[int, doc("Why; not kept.", ge=0, le=100)] = 0
    delete_for_all: Annotated[bool, doc("For everybody: one's own of the last day.")] = False


class DeletedMessage(Struct, frozen=True, omit_defaults=True):
    """What became of one message that was to be deleted."""

    peer_id: int
    message_id: int
    conversation_message_id: int
    response: int | UnsetType = UNSET
    error: dict[str, Any] | UnsetType = UNSET


@method("messages.delete", scope=Scope.MESSAGES, for_groups=True, writes=True)
async def delete(call: Call, params: Delete) -> dict[str, int] | list[DeletedMessage]:
    """Deletes messages for the caller, or for everybody.

    VK: messages.delete: with numbers, and from version 5.190 on, a row for each message, otherwise `{"id": 1}`.
    """
    actor_id = await read_actor(call, params.group_id)
    numbers = params.cmids or params.conversation_message_ids
    if not numbers and not params.message_ids:
        raise InvalidParameter("message_ids")
    peer_id = check_peer(params.peer_id) if numbers else 0
    found = await changes.find_messages(call.tx, actor_id, peer_id, params.message_ids, numbers)
    done = await changes.delete_messages(
        call.tx, actor_id, found, for_all=params.delete_for_all, now=call.now
    )
    if numbers:
        deleted = {one.number: one.id for one in done}
        known = {one.number: one.id for one in found}
        return [
            DeletedMessage(peer_id, deleted[number], number, response=1)
            if number in deleted
            else DeletedMessage(peer_id, known.get(number, 0), number, error=NOT_DELETED)
            for number in dict.fromkeys(numbers)
        ]
    if call.is_versioned and call.version >= ROWS_FROM:
        return _draw_deleted(actor_id, params.message_ids, found, done)
    ids = {one.id for one in done}
    if params.delete_for_all and call.is_versioned and not ids:
        raise MessageFixed("none of these can be deleted for everybody")
    return {str(message_id): int(message_id in ids) for message_id in dict.fromkeys(params.message_ids)}


def _draw_deleted(
    actor_id: int, asked: list[int], found: list[Message], done: list[Message]
) -> list[DeletedMessage]:
    deleted, known = {one.id for one in done}, {one.id: one for one in found}
    rows = []
    for message_id in dict.fromkeys(asked):
        one = known.get(message_id)
        peer_id, number = (one.peer_for(actor_id), one.number) if one else (0, 0)
        if message_id in deleted:
            rows.append(DeletedMessage(peer_id, message_id, number, response=1))
        else:
            rows.append(DeletedMessage(peer_id, message_id, number, error=NOT_DELETED))
    return rows


class Restore(ActorParams):
    """Parameters of messages.restore."""

    message_id: Annotated[int, doc("The message.", ge=0, le=MAX_NUMBER)] = 0
    peer_id: Annotated[SignedId, doc("Or the conversation")] = 0
    cmid: Annotated[int, doc("and the message's number in it.", ge=0, le=MAX_NUMBER)] = 0


@method("messages.restore", scope=Scope.MESSAGES, for_groups=True, writes=True, is_repeatable=True)
async def restore(call: Call, params: Restore) -> Literal[1]:
    """Shows a message again that the caller has deleted for himself.

    VK: messages.restore.
    """
    actor_id = await read_actor(call, params.group_id)
    message_id = params.message_id
    if not message_id:
        if not params.cmid:
            raise InvalidParameter("message_id")
        message_id = await changes.find_number(call.tx, actor_id, check_peer(params.peer_id), params.cmid)
    await changes.restore_message(call.tx, actor_id, message_id, now=call.now)
    return 1


class MarkImportant(Params):
    """Parameters of messages.markAsImportant."""

    message_ids: Annotated[list[MessageId], doc("Up to 1000 ids.", max_length=1000)]
    important: Annotated[bool, doc("Whether they are.")] = True


@method("messages.markAsImportant", scope=Scope.MESSAGES, writes=True, is_repeatable=True)
async def mark_as_important(call: Call, params: MarkImportant) -> list[int]:
    """Marks messages as important, or takes that back; returns the ids of those.

    VK: messages.markAsImportant.
    """
    found = await changes.find_messages(call.tx, call.user_id, 0, params.message_ids, [])
    await changes.mark_important(call.tx, call.user_id, found, is_important=params.important, now=call.now)
    return [message.id for message in found]
