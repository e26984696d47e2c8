"""A row in every table, for the tests that copy and check whole communities."""

import hashlib
from typing import Any

from dvor.model.attachments import Attachment
from dvor.model.bookmarks import Bookmark
from dvor.model.bots import BotSettings, CallbackServer
from dvor.model.comments import NewComment
from dvor.model.conversations import Chat
from dvor.model.credentials import Credential, CredentialDay
from dvor.model.documents import Document, Preview
from dvor.model.groups import GroupBan, GroupMember, MemberStatus, NewGroup, Place, Role
from dvor.model.hooks import Hook
from dvor.model.invites import Invite
from dvor.model.letters import Link
from dvor.model.messages import Reaction
from dvor.model.newsfeed import NewsList
from dvor.model.notifications import Notification
from dvor.model.passkeys import Passkey
from dvor.model.photos import WALL_ALBUM, NewAlbum, Photo, PhotoTag, PictureSize
from dvor.model.polls import NewPoll
from dvor.model.tokens import Token
from dvor.model.views import ItemView
from dvor.model.wall import WaitingPost
from dvor.model.webtv_profiles import StoredProfile, WebTVProfile, WebTVSession
from dvor.store.accounts import insert_account, set_logins, set_totp
from dvor.store.albums import insert_album
from dvor.store.bookmarks import insert_bookmark
from dvor.store.bots import insert_server, save_bot_settings
from dvor.store.chats import insert_chat, set_permission
from dvor.store.comments import insert_comment
from dvor.store.conversations import insert_chat_conversation
from dvor.store.credentials import insert_credential, touch_credentials, use_salt
from dvor.store.database import Transaction
from dvor.store.documents import insert_document, insert_words
from dvor.store.events import insert_receiver, prune_events
from dvor.store.files import insert_files
from dvor.store.friend_lists import add_members, insert_list
from dvor.store.group_members import save_ban, save_member
from dvor.store.groups import insert_group, step_members
from dvor.store.hooks import save_hooks
from dvor.store.invites import insert_invite
from dvor.store.jobs import insert_job
from dvor.store.letters import insert_link
from dvor.store.likes import delete_like, insert_like
from dvor.store.messages import set_hidden
from dvor.store.name_words import save_names
from dvor.store.news_lists import save_news_list
from dvor.store.newsfeed import hide_sources
from dvor.store.notifications import insert_notifications, set_viewed
from dvor.store.numbers import next_number
from dvor.store.passkeys import insert_passkey, use_challenge
from dvor.store.photo_tags import insert_tag
from dvor.store.photo_words import insert_photo_words
from dvor.store.photos import insert_photo, next_photo_number
from dvor.store.polls import insert_poll, insert_votes
from dvor.store.post_words import insert_post_words
from dvor.store.privacy import insert_block
from dvor.store.reactions import mark_unread, save_reaction
from dvor.store.tokens import insert_token
from dvor.store.user_groups import add_to_user_groups, insert_user_group
from dvor.store.users import save_presences
from dvor.store.views import add_views
from dvor.store.waiting_posts import insert_waiting_post
from dvor.store.wall import insert_post, mark_post_deleted
from dvor.store.webtv_profiles import insert_identity, save_profile
from dvor.store.webtv_sessions import save_webtv_session
from tests.store.people import NOW, add_app, add_user, befriend, new_post, say

CAT = "кот".encode() * 1000
CAT_NAME = hashlib.sha256(CAT).hexdigest()


Content = dict[str, list[dict[str, Any]]]


async def settle_everything(tx: Transaction) -> None:
    """Put rows into every table."""
    anna, boris, vera = [await add_user(tx, name, screen_name=name) for name in ("anna", "boris", "vera")]
    await _settle_people(tx, anna, boris, vera)
    await _settle_wall(tx, anna, boris, vera)
    await _settle_messages(tx, anna, boris, vera)
    await _settle_community(tx, anna, vera)
    await _settle_accounts(tx, anna)


async def _settle_people(tx: Transaction, anna: int, boris: int, vera: int) -> None:
    await save_presences(tx, [{"user_id": anna, "seen_at": NOW, "platform": 7, "is_offline": True}])
    await befriend(tx, anna, boris)
    await save_names(tx, anna, "Анна", "Ёлкина", None)
    await insert_list(tx, anna, 1, "Соседи")
    await add_members(tx, anna, 1, [boris])
    await insert_block(tx, boris, vera, NOW)


async def _settle_wall(tx: Transaction, anna: int, boris: int, vera: int) -> None:
    await insert_files(tx, {CAT_NAME: len(CAT)}, NOW)
    number = await next_photo_number(tx, anna)
    sizes = [PictureSize("s", CAT_NAME, 75, 50)]
    await insert_photo(tx, Photo(anna, number, anna, WALL_ALBUM, "Ё", "key", sizes, NOW), "upload")
    await insert_photo_words(tx, (anna, number), ["е"])
    await insert_tag(tx, PhotoTag(anna, number, boris, anna, 0.5, 1, 20.25, 100, True, NOW))
    await insert_album(tx, NewAlbum(owner_id=anna, title="Ё"), NOW)
    document = Document(
        owner_id=anna,
        id=0,
        user_id=anna,
        kind="doc",
        type=4,
        title="Ё.png",
        ext="png",
        size=5,
        bytes=len(CAT),
        file=CAT_NAME,
        preview=Preview(sizes=sizes),
        tags=["ы"],
        access_key="key",
        is_listed=True,
        created_at=NOW,
        deleted_at=0,
    )
    await insert_document(tx, document, "upload")
    await insert_words(tx, (anna, 1), ["е", "png", "ы"])
    for text in ("Привет 🐈", "Лишнее", "Третье"):
        number = await insert_post(tx, new_post(anna, text, attachments=[Attachment("photo", anna, 1)]))
    await mark_post_deleted(tx, anna, 2, NOW)
    await insert_waiting_post(tx, WaitingPost(anna, 9, "postponed", anna, NOW, NOW, new_post(anna, "Потом")))
    await insert_post_words(tx, anna, 1, ["привет"])
    for user_id in (anna, boris, vera):
        await insert_like(tx, "post", anna, 1, user_id, NOW)
    await delete_like(tx, "post", anna, 1, anna)
    comment = {"owner_id": anna, "kind": "post", "item_id": 1, "from_id": boris, "created_at": NOW}
    await insert_comment(tx, NewComment(**comment, text="Ы", attachments=[]))  # type: ignore[arg-type]
    await insert_notifications(
        tx,
        [
            Notification(
                user_id=anna, kind="like_post", owner_id=anna, item_id=1, from_id=vera, created_at=NOW
            )
        ],
    )
    await set_viewed(tx, anna, NOW)
    await save_news_list(tx, anna, NewsList(1, "Ё", [boris, -1]))
    await insert_bookmark(tx, Bookmark(anna, "post", anna, 1, "", False, NOW))
    poll = NewPoll(owner_id=anna, author_id=anna, question="Ё?", is_multiple=True)
    await insert_votes(tx, (anna, await insert_poll(tx, poll, ["а", "б"], NOW)), boris, [1, 2], NOW)


async def _settle_messages(tx: Transaction, anna: int, boris: int, vera: int) -> None:
    for pair in ((anna, boris), (boris, anna), (vera, anna), (anna, anna)):
        await say(tx, *pair, random_id=5)
    await prune_events(tx, 0, 2)
    chat = await insert_chat_conversation(tx, await next_number(tx, "chats"))
    await insert_chat(tx, Chat(chat.id, 1, "Двор", anna, {"50": CAT_NAME}, 0, NOW, 1))
    await set_hidden(tx, anna, [(1, 1)], is_hidden=True)
    await save_reaction(tx, Reaction(1, 1, boris, 3, NOW))
    await mark_unread(tx, 1, anna, 1)


async def _settle_community(tx: Transaction, anna: int, vera: int) -> None:
    group_id = await insert_group(tx, NewGroup(name="Сад", place=Place(city="Тверь")), anna, NOW)
    await insert_receiver(tx, -group_id)
    await save_member(tx, GroupMember(group_id, anna, MemberStatus.MEMBER, Role.CREATOR, NOW, 0))
    await step_members(tx, group_id, 1)
    await save_ban(tx, GroupBan(group_id, vera, anna, 1, "шум", True, NOW, 0))
    await set_permission(tx, group_id, anna, is_allowed=True)
    await save_bot_settings(tx, group_id, BotSettings(events=frozenset({"like_add"})))
    await insert_server(
        tx, CallbackServer(group_id, 1, "a", "http://a.example", b"\x00", "ok", anna, BotSettings())
    )
    await hide_sources(tx, anna, [vera, -group_id], NOW)


async def _settle_accounts(tx: Transaction, anna: int) -> None:
    await insert_account(tx, anna, "anna@example.com", "hash")
    await set_totp(tx, anna, b"\x00\xff", [b"one", b"two"])
    await insert_token(tx, Token(b"\x00\x01", anna, 7, "", NOW, 0, 0))
    await add_app(tx, 77, anna)
    await insert_invite(tx, Invite(b"i", 3, NOW, NOW + 60))
    await insert_link(tx, Link(b"l", "password", anna, {"a": "ы"}, NOW + 60))
    await insert_passkey(tx, Passkey(anna, b"\x00", b"\xff", 1, "Ключ", NOW, 0))
    await use_challenge(tx, b"c", NOW + 60)
    key = Credential(
        "1b32", "TV", 300, ["a.example"], True, "read", {"users": "write"}, True, True, b"s", NOW, 0
    )
    await insert_credential(tx, key)
    await touch_credentials(tx, {"1b32": NOW}, [CredentialDay("1b32", 7, "users.get", 3, 1)])
    await use_salt(tx, "1b32", b"salt", NOW)
    await add_views(tx, [ItemView(anna, "post", 1, anna, 2, NOW)])
    await save_hooks(tx, "1b32", [Hook("1b32", "change", "http://a.example")])
    await set_logins(tx, anna, "anna@example.com", "anna")
    await save_profile(tx, StoredProfile(anna, True, 3, WebTVProfile(notes="ы")))
    await insert_identity(tx, "google", "77", anna)
    await save_webtv_session(tx, WebTVSession(anna, "1b32", b"sealed", NOW, NOW, "192.0.2.1"))
    await add_to_user_groups(tx, anna, [await insert_user_group(tx, "Группа", NOW)])
    await insert_job(tx, "mail", {"to": [1, None, {"b": "ы", "a": 1.5}]}, NOW)
