"""How VK and OpenVK draw a message and a conversation."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core.attachments import Attached
from dvor.core.privacy import Person
from dvor.dialects.vk.attachments import AttachmentObject, draw_attachments
from dvor.dialects.vk.texts import draw_text
from dvor.methods.declaration import Call
from dvor.model.conversations import Membership
from dvor.model.messages import Message
from dvor.model.privacy import may_write
from dvor.model.users import Access


class MessageObject(Struct, frozen=True, omit_defaults=True):
    """A message as one member sees it."""

    id: int
    date: int
    peer_id: int
    from_id: int
    text: str
    out: int
    conversation_message_id: int
    random_id: int
    attachments: list[AttachmentObject]
    fwd_messages: list[dict[str, Any]]
    important: Literal[0, 1] | bool
    is_hidden: bool
    version: int
    user_id: int | UnsetType = UNSET
    body: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    read_state: int | UnsetType = UNSET
    emoji: bool | UnsetType = UNSET
    deleted: int | UnsetType = UNSET


class Peer(Struct, frozen=True):
    """A viewer's name for a conversation."""

    id: int
    type: str
    local_id: int


class CanWrite(Struct, frozen=True, omit_defaults=True):
    """Whether the viewer may write, and VK's code of the reason why not."""

    allowed: bool
    reason: int | UnsetType = UNSET


class ConversationObject(Struct, frozen=True, omit_defaults=True):
    """A conversation as one member sees it; the read marks are message ids."""

    peer: Peer
    last_message_id: int
    in_read: int
    out_read: int
    last_conversation_message_id: int
    in_read_cmid: int
    out_read_cmid: int
    version: int
    important: bool
    can_write: CanWrite
    is_marked_unread: bool | UnsetType = UNSET
    unread_count: int | UnsetType = UNSET
    chat_settings: dict[str, Any] | UnsetType = UNSET


def draw_message(
    call: Call, message: Message, membership: Membership | None, attached: Attached
) -> MessageObject:
    """Return a message as the caller sees it; without `v`, or below 5.80, with the older members as well."""
    viewer_id, peer_id = call.user_id, message.peer_for(call.user_id)
    is_out = message.from_id == viewer_id
    text = draw_text(call, message.text)
    older: dict[str, Any] = {}
    if not call.is_versioned or call.version < (5, 80):
        read_up_to = 0
        if membership is not None:
            read_up_to = membership.peer_read_number if is_out else membership.read_number
        older = {
            "user_id": peer_id,
            "body": text,
            "title": "",
            "read_state": int(message.number <= read_up_to),
            "emoji": True,
            "deleted": 0,
        }
    return MessageObject(
        id=message.id,
        date=message.created_at,
        peer_id=peer_id,
        from_id=message.from_id,
        text=text,
        out=int(is_out),
        conversation_message_id=message.number,
        random_id=message.random_id if is_out else 0,
        attachments=draw_attachments(call, attached, message.attachments),
        fwd_messages=[],
        important=False if call.is_versioned else 0,
        is_hidden=False,
        version=message.id,
        **older,
    )


def draw_conversation(
    membership: Membership, peer: Person | None, *, is_versioned: bool
) -> ConversationObject:
    """Return a conversation."""
    unread = membership.unread_count
    return ConversationObject(
        peer=Peer(membership.peer_id, "user", membership.peer_id),
        last_message_id=membership.last_message_id,
        in_read=membership.read_message_id,
        out_read=membership.peer_read_message_id,
        last_conversation_message_id=membership.last_number,
        in_read_cmid=membership.read_number,
        out_read_cmid=membership.peer_read_number,
        version=membership.last_message_id,
        important=False,
        can_write=draw_can_write(peer),
        is_marked_unread=UNSET if is_versioned else False,
        unread_count=unread if unread or not is_versioned else UNSET,
        chat_settings=UNSET if is_versioned else {"title": "", "active_ids": []},
    )


def draw_can_write(peer: Person | None) -> CanWrite:
    """Say whether the viewer may write to a person, with VK's reason: 18 gone, 900 blocked, 902 privacy."""
    if peer is None or peer.user.deactivated:
        return CanWrite(False, 18)
    if peer.relation.blocks_viewer or peer.relation.blocked_by_viewer:
        return CanWrite(False, 900)
    if may_write(peer.user, peer.relation):
        return CanWrite(True)
    return CanWrite(False, 902 if peer.user.message_access == Access.NOBODY else 901)
