"""How VK and OpenVK draw conversations and chats."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.chats import make_link
from dvor.core.messages import MessagePage
from dvor.core.privacy import Community, Owner, Person
from dvor.dialects.vk.message_objects import MessageDrawing, MessageObject
from dvor.methods.declaration import Call
from dvor.model.conversations import FOREVER, Chat, Conversation, Membership, Presence
from dvor.model.ids import CHAT_PEERS
from dvor.model.privacy import may_write
from dvor.model.users import Access


class Peer(Struct, frozen=True):
    """A viewer's name for a conversation; `type` is user, group or chat."""

    id: int
    type: str
    local_id: int


class CanWrite(Struct, frozen=True, omit_defaults=True):
    """Whether the viewer may write, and VK's code of the reason why not."""

    allowed: bool
    reason: int | UnsetType = UNSET


class ChatSettings(Struct, frozen=True, omit_defaults=True):
    """What a chat is; `state` says whether the viewer is in it."""

    title: str
    active_ids: list[int]
    owner_id: int | UnsetType = UNSET
    admin_ids: list[int] | UnsetType = UNSET
    members_count: int | UnsetType = UNSET
    state: str | UnsetType = UNSET
    photo: dict[str, str] | UnsetType = UNSET
    acl: dict[str, bool] | UnsetType = UNSET
    permissions: dict[str, str] | UnsetType = UNSET
    pinned_message: MessageObject | UnsetType = UNSET


class PushSettings(Struct, frozen=True, omit_defaults=True):
    """Whether a member wants to hear nothing of a conversation, and until when."""

    disabled_forever: bool
    no_sound: bool
    disabled_until: int | UnsetType = UNSET


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
    unanswered: bool | UnsetType = UNSET
    unread_count: int | UnsetType = UNSET
    unread_reactions: list[int] | UnsetType = UNSET
    push_settings: PushSettings | UnsetType = UNSET
    chat_settings: ChatSettings | UnsetType = UNSET


STATES = {Presence.IN: "in", Presence.LEFT: "left", Presence.KICKED: "kicked"}
PERMISSIONS = {
    "invite": "all",
    "change_info": "all",
    "change_pin": "all",
    "use_mass_mentions": "all",
    "see_invite_link": "all",
    "call": "all",
    "change_admins": "owner",
}


class ConversationDrawing:
    """Draws conversations for one viewer; `page` holds their messages and chats."""

    def __init__(self, call: Call, page: MessagePage, conversations: dict[int, Conversation]) -> None:
        self._call = call
        self._page = page
        self._conversations = conversations

    def draw(self, view: Membership) -> ConversationObject:
        """Return a conversation."""
        is_versioned, unread = self._call.is_versioned, view.unread_count
        chat = self._page.chats.get(view.conversation_id)
        owner = self._page.owners.get(view.peer_id)
        settings: ChatSettings | UnsetType = UNSET if is_versioned else ChatSettings("", [])
        if chat is not None:
            settings = self._draw_settings(chat, view)
        return ConversationObject(
            peer=draw_peer(view.peer_id),
            last_message_id=view.last_message_id,
            in_read=view.read_message_id,
            out_read=view.peer_read_message_id,
            last_conversation_message_id=view.last_number,
            in_read_cmid=view.read_number,
            out_read_cmid=view.peer_read_number,
            version=view.last_message_id,
            important=bool(view.is_important),
            can_write=draw_can_write(view, owner),
            is_marked_unread=UNSET if is_versioned else False,
            unanswered=True if view.is_unanswered else UNSET,
            unread_count=unread if unread or not is_versioned else UNSET,
            unread_reactions=self._page.unread_reactions.get(view.conversation_id, UNSET),
            push_settings=draw_push_settings(view, self._call.now),
            chat_settings=settings,
        )

    def _draw_settings(self, chat: Chat, view: Membership) -> ChatSettings:
        call = self._call
        photo = {f"photo_{size}": call.courtyard.file_url(name) for size, name in chat.avatar.items()}
        return ChatSettings(
            title=chat.title,
            active_ids=[],
            owner_id=chat.creator_id,
            admin_ids=[chat.creator_id],
            members_count=chat.members,
            state=STATES[Presence(view.presence)],
            photo=photo or UNSET,
            acl=draw_rights(view),
            permissions=PERMISSIONS,
            pinned_message=self._draw_pinned(chat),
        )

    def _draw_pinned(self, chat: Chat) -> MessageObject | UnsetType:
        conversation = self._conversations.get(chat.conversation_id)
        if conversation is None or not conversation.pinned_number:
            return UNSET
        for message in self._page.messages:
            if message.key == (conversation.id, conversation.pinned_number):
                return MessageDrawing(self._call, self._call.owner_id, self._page).draw(message)
        return UNSET


def draw_push_settings(view: Membership, now: int) -> PushSettings | UnsetType:
    """Return what a member wants to hear of a conversation, if that is not everything."""
    is_muted = view.is_muted(now)
    if not is_muted and not view.is_silent:
        return UNSET
    until = view.muted_until if is_muted and view.muted_until != FOREVER else UNSET
    return PushSettings(is_muted and until is UNSET, bool(view.is_silent), until)


def draw_peer(peer_id: int) -> Peer:
    """Return a viewer's name for a conversation, with its kind."""
    if peer_id > CHAT_PEERS:
        return Peer(peer_id, "chat", peer_id - CHAT_PEERS)
    return Peer(peer_id, "user" if peer_id > 0 else "group", abs(peer_id))


def draw_rights(view: Membership) -> dict[str, bool]:
    """Return what a member may do in a chat."""
    is_in, is_admin = view.is_in, view.is_in and bool(view.is_admin)
    return {
        "can_change_info": is_in,
        "can_change_invite_link": is_admin,
        "can_change_pin": is_in,
        "can_invite": is_in,
        "can_promote_users": is_admin,
        "can_see_invite_link": is_in,
        "can_moderate": is_admin,
        "can_copy_chat": is_in,
        "can_call": False,
        "can_use_mass_mentions": is_in,
    }


def draw_can_write(view: Membership, peer: Owner | None) -> CanWrite:
    """Say whether a member may write, with VK's reason: 18 gone, 900 blocked, 902 privacy, 917 out of the chat."""
    if view.peer_id > CHAT_PEERS:
        return CanWrite(True) if view.is_in else CanWrite(False, 917)
    if isinstance(peer, Community):
        if peer.group.deactivated:
            return CanWrite(False, 18)
        if peer.standing.is_banned:
            return CanWrite(False, 900)
        return CanWrite(True) if peer.group.has_messages else CanWrite(False, 902)
    if not isinstance(peer, Person) or peer.user.deactivated:
        return CanWrite(False, 18)
    if peer.relation.blocks_viewer or peer.relation.blocked_by_viewer:
        return CanWrite(False, 900)
    if view.user_id < 0 or may_write(peer.user, peer.relation):
        return CanWrite(True)
    return CanWrite(False, 902 if peer.user.message_access == Access.NOBODY else 901)


def draw_link(call: Call, chat: Chat) -> str:
    """Return the invitation link of a chat."""
    return f"{call.courtyard.public_url}/join/{make_link(call.courtyard.master_key, chat)}"


def draw_chat(call: Call, chat: Chat, view: Membership, members: list[Any]) -> dict[str, Any]:
    """Return a chat in VK's older form, with its members as ids or users."""
    drawn: dict[str, Any] = {
        "type": "chat",
        "id": chat.number,
        "title": chat.title,
        "admin_id": chat.creator_id,
        "members_count": chat.members,
        "users": members,
    }
    if view.presence == Presence.LEFT:
        drawn["left"] = 1
    if view.presence == Presence.KICKED:
        drawn["kicked"] = 1
    return drawn | {
        f"photo_{size}": call.courtyard.file_url(name)
        for size, name in chat.avatar.items()
        if size in ("50", "100", "200")
    }
