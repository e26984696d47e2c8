"""Chats: making them, bringing people in and taking them out, titles and invitation links."""

import base64

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.conversations import Place, get_conversation, load_receivers
from dvor.core.events import tell
from dvor.core.message_sending import write_action
from dvor.core.photos import make_avatar
from dvor.core.privacy import Owners, load_owners, load_people
from dvor.core.secrets import MasterKey
from dvor.model.conversations import MAX_CHAT_MEMBERS, MAX_TITLE, Chat, Membership, Presence
from dvor.model.errors import AccessDenied, ChatForbidden, ChatFull, InvalidParameter, UserNotFound
from dvor.model.events import PeerEvent
from dvor.model.files import UploadedPicture
from dvor.model.ids import CHAT_PEERS
from dvor.model.messages import Action
from dvor.model.privacy import may_write
from dvor.store import chats as store
from dvor.store import conversations
from dvor.store.database import Transaction
from dvor.store.files import insert_files, release_files
from dvor.store.numbers import next_number

LINK_PURPOSE = "chat link"
LINK_BYTES = 12
TITLE, PHOTO, ADMIN_ADDED, PINNED, JOINED, LEFT, KICKED = 1, 2, 3, 5, 6, 7, 8
"""VK's kinds of event 52."""


class ChatMembers(Struct, frozen=True):
    """Who is in a conversation, in the order in which they came."""

    views: list[Membership]
    owners: Owners


async def create_chat(tx: Transaction, user_id: int, title: str, invited: list[int], *, now: int) -> Chat:
    """Make a chat of the user and those of the people who may be written to; `InvalidParameter`, `ChatFull`."""
    _check_title(title)
    people = await load_people(tx, user_id, invited)
    others = [
        one
        for one in dict.fromkeys(invited)
        if one != user_id and one in people and may_write(people[one].user, people[one].relation)
    ]
    if len(others) + 1 > MAX_CHAT_MEMBERS:
        raise ChatFull(str(MAX_CHAT_MEMBERS))
    number = await next_number(tx, "chats")
    conversation = await conversations.insert_chat_conversation(tx, number)
    chat = Chat(conversation.id, number, title, user_id, {}, 0, now, len(others) + 1)
    await store.insert_chat(tx, chat)
    for one in [user_id, *others]:
        row = conversations.member_row(conversation.id, one, chat.peer_id)
        row |= {"joined_at": now, "inviter_id": user_id, "is_admin": int(one == user_id)}
        await conversations.save_membership(tx, Membership(**row))
    await write_action(tx, conversation, user_id, Action("chat_create", text=title), now=now)
    return chat


async def get_chat(tx: Transaction, user_id: int, chat_number: int) -> Chat:
    """Return a chat that the user is or was in; `ChatForbidden`."""
    conversation, _ = await get_conversation(tx, user_id, CHAT_PEERS + chat_number)
    return (await store.load_chats(tx, [conversation.id]))[conversation.id]


async def list_members(tx: Transaction, user_id: int, peer_id: int) -> ChatMembers:
    """Return who is in a conversation of the user's; errors of `get_conversation`."""
    conversation, view = await get_conversation(tx, user_id, peer_id)
    if not view.is_in:
        return ChatMembers([], {})
    return await list_present(tx, user_id, conversation.id)


async def list_present(tx: Transaction, viewer_id: int, conversation_id: int) -> ChatMembers:
    """Return who is in a conversation, for somebody who may know."""
    views = [one for one in await conversations.list_members(tx, conversation_id) if one.is_in]
    return ChatMembers(views, await load_owners(tx, viewer_id, {one.user_id for one in views}))


async def add_member(tx: Transaction, user_id: int, chat_number: int, invited_id: int, *, now: int) -> None:
    """Bring a person into a chat; `ChatForbidden`, `ChatFull`, `UserNotFound`, `AccessDenied`."""
    place = await _get_place(tx, user_id, chat_number)
    person = (await load_people(tx, user_id, [invited_id])).get(invited_id)
    if person is None or person.user.deactivated:
        raise UserNotFound(str(invited_id))
    if invited_id != user_id and not may_write(person.user, person.relation):
        raise AccessDenied("the person does not take messages from you")
    await _enter(tx, place, invited_id, user_id, Action("chat_invite_user", member_id=invited_id), now)


async def _enter(
    tx: Transaction, place: Place, member_id: int, inviter_id: int, action: Action, now: int
) -> None:
    conversation, _ = place
    views = {one.user_id: one for one in await conversations.list_members(tx, conversation.id)}
    if member_id in views and views[member_id].is_in:
        raise AccessDenied("already in the chat")
    if sum(view.is_in for view in views.values()) >= MAX_CHAT_MEMBERS:
        raise ChatFull(str(MAX_CHAT_MEMBERS))
    last = conversation.last_number
    fresh = Membership(
        **conversations.member_row(conversation.id, member_id, conversation.peer_for(member_id))
    )
    was = views.get(member_id, replace(fresh, cleared_number=last))
    view = replace(
        was,
        presence=int(Presence.IN),
        left_number=0,
        last_number=last,
        cleared_number=last,
        read_number=last,
        unread_count=0,
        inviter_id=inviter_id,
        joined_at=now,
        is_admin=0,
    )
    await conversations.save_membership(tx, view)
    await store.step_members(tx, conversation.id, 1)
    await write_action(tx, conversation, inviter_id, action, now=now)
    await _tell_change(tx, place, JOINED, member_id, inviter_id, now)


async def remove_member(
    tx: Transaction, user_id: int, chat_number: int, removed_id: int, *, now: int
) -> None:
    """Leave a chat, or take a person out: its administrators may, and whoever brought the person in.

    `ChatForbidden`, `UserNotFound` (not in it), `AccessDenied`.
    """
    place = await _get_place(tx, user_id, chat_number)
    conversation, mine = place
    views = {one.user_id: one for one in await conversations.list_members(tx, conversation.id)}
    view = views.get(removed_id)
    if view is None or not view.is_in:
        raise UserNotFound(f"{removed_id} is not in the chat")
    if removed_id != user_id and not mine.is_admin and view.inviter_id != user_id:
        raise AccessDenied("only administrators and whoever invited a person take him out")
    sent = await write_action(
        tx, conversation, user_id, Action("chat_kick_user", member_id=removed_id), now=now
    )
    presence = Presence.LEFT if removed_id == user_id else Presence.KICKED
    now_out = (await conversations.load_memberships(tx, removed_id, [conversation.id]))[conversation.id]
    out = replace(now_out, presence=int(presence), left_number=sent.number, is_admin=0)
    await conversations.save_membership(tx, out)
    await store.step_members(tx, conversation.id, -1)
    await _tell_change(
        tx, place, LEFT if removed_id == user_id else KICKED, removed_id, user_id, now, removed_id
    )


async def return_to_chat(tx: Transaction, user_id: int, chat_number: int, *, now: int) -> None:
    """Come back into a chat that one has left oneself; `ChatForbidden`."""
    conversation, view = await get_conversation(tx, user_id, CHAT_PEERS + chat_number, is_locked=True)
    if view.presence != Presence.LEFT:
        raise ChatForbidden(str(chat_number))
    action = Action("chat_invite_user", member_id=user_id)
    await _enter(tx, (conversation, view), user_id, user_id, action, now)


async def rename_chat(tx: Transaction, user_id: int, chat_number: int, title: str, *, now: int) -> None:
    """Give a chat another title; everybody in it may.  `ChatForbidden`, `InvalidParameter`."""
    _check_title(title)
    place = await _get_place(tx, user_id, chat_number)
    await store.change_chat(tx, place[0].id, "title", title)
    await write_action(tx, place[0], user_id, Action("chat_title_update", text=title), now=now)
    await _tell_change(tx, place, TITLE, 0, user_id, now)


async def set_avatar(
    tx: Transaction, user_id: int, chat_number: int, upload: UploadedPicture | None, *, now: int
) -> int:
    """Give a chat a picture, or none, and return the id of the message that tells of it; `ChatForbidden`.

    The files of the picture before are no longer used by it.
    """
    place = await _get_place(tx, user_id, chat_number)
    chat = (await store.load_chats(tx, [place[0].id]))[place[0].id]
    avatar = make_avatar(upload.sizes) if upload else {}
    if upload is not None:
        await insert_files(tx, {name: upload.files[name] for name in set(avatar.values())}, now)
    await release_files(tx, set(chat.avatar.values()))
    await store.change_chat(tx, place[0].id, "avatar", avatar)
    kind = Action("chat_photo_update" if avatar else "chat_photo_remove")
    sent = await write_action(tx, place[0], user_id, kind, now=now)
    await _tell_change(tx, place, PHOTO, 0, user_id, now)
    return sent.message_id


async def set_administrator(
    tx: Transaction, user_id: int, chat_number: int, member_id: int, *, is_admin: bool, now: int
) -> None:
    """Make a person of a chat its administrator, or not; the creator may.  `ChatForbidden`, `AccessDenied`."""
    place = await _get_place(tx, user_id, chat_number)
    chat = (await store.load_chats(tx, [place[0].id]))[place[0].id]
    view = (await conversations.load_memberships(tx, member_id, [place[0].id])).get(place[0].id)
    if chat.creator_id != user_id or member_id == user_id:
        raise AccessDenied("the chat's creator appoints")
    if view is None or not view.is_in:
        raise UserNotFound(f"{member_id} is not in the chat")
    await conversations.save_membership(tx, replace(view, is_admin=int(is_admin)))
    await _tell_change(tx, place, ADMIN_ADDED if is_admin else 9, member_id, user_id, now)


def make_link(master_key: MasterKey, chat: Chat) -> str:
    """Return the secret part of a chat's invitation link: signed, not stored."""
    body = f"{chat.number}.{chat.link_generation}".encode()
    signature = master_key.sign(LINK_PURPOSE, body)[:LINK_BYTES]
    return base64.urlsafe_b64encode(signature).decode() + f".{chat.number}"


async def read_link(tx: Transaction, master_key: MasterKey, link: str) -> Chat:
    """Return the chat that an invitation link leads to; `InvalidParameter` if it does to none."""
    digits = link.rstrip("/").rpartition(".")[2]
    number = int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 10 else 0
    conversation = await conversations.find_conversation(tx, 0, number)
    if conversation is not None:
        chat = (await store.load_chats(tx, [conversation.id]))[conversation.id]
        if link.rstrip("/").rpartition("/")[2] == make_link(master_key, chat):
            return chat
    raise InvalidParameter("link", "the invitation link leads nowhere, or no longer")


async def renew_link(tx: Transaction, user_id: int, chat_number: int) -> Chat:
    """Make the links that were given out so far worthless; an administrator may."""
    conversation, view = await _get_place(tx, user_id, chat_number)
    if not view.is_admin:
        raise AccessDenied("an administrator of the chat is needed")
    chat = (await store.load_chats(tx, [conversation.id]))[conversation.id]
    await store.change_chat(tx, conversation.id, "link_generation", chat.link_generation + 1)
    return replace(chat, link_generation=chat.link_generation + 1)


async def join_chat(tx: Transaction, user_id: int, chat: Chat, *, now: int) -> None:
    """Come into a chat by its link; `AccessDenied` (in it already, or taken out), `ChatFull`."""
    conversation = await conversations.lock_conversation(tx, 0, chat.number)
    assert conversation is not None
    views = await conversations.load_memberships(tx, user_id, [conversation.id])
    view = views.get(conversation.id)
    if view is not None and view.presence == Presence.KICKED:
        raise AccessDenied("you were taken out of this chat")
    place = (
        conversation,
        view or Membership(**conversations.member_row(conversation.id, user_id, chat.peer_id)),
    )
    await _enter(tx, place, user_id, user_id, Action("chat_invite_user_by_link"), now)


def _check_title(title: str) -> None:
    if not title.strip() or len(title) > MAX_TITLE:
        raise InvalidParameter("title", f"1 to {MAX_TITLE} characters")


async def _get_place(tx: Transaction, user_id: int, chat_number: int) -> Place:
    """Return a chat that the user is in now, locked; `ChatForbidden`."""
    conversation, view = await get_conversation(tx, user_id, CHAT_PEERS + chat_number, is_locked=True)
    if not view.is_in:
        raise ChatForbidden(str(chat_number))
    return conversation, view


async def _tell_change(
    tx: Transaction, place: Place, change: int, info: int, actor_id: int, now: int, *also: int
) -> None:
    conversation = place[0]
    receivers = {*await load_receivers(tx, conversation), *also}
    body = PeerEvent(conversation.peer_for(actor_id), change=change, info=info, by_id=actor_id)
    await tell(tx, "chat_changed", dict.fromkeys(receivers, body), now)
