"""How a community's bots are told what happened, by long poll and by the Callback API.

Sources: dev.vk.com, Bots Long Poll API and Callback API; VK's API schema 5.199 (callback objects).
"""

from typing import Any

import msgspec
from msgspec import Struct

from dvor.core.comments import CommentPage, load_comments
from dvor.core.messages import MessagePage, get_messages
from dvor.core.photos import get_photos
from dvor.core.wall import PostPage, get_posts
from dvor.dialects.vk.comments import CommentDrawing
from dvor.dialects.vk.message_objects import MessageDrawing
from dvor.dialects.vk.photo_objects import draw_photo
from dvor.dialects.vk.post_objects import PostDrawing
from dvor.methods.declaration import Call
from dvor.model.bots import BotSettings
from dvor.model.events import (
    ChangesEvent,
    Event,
    FlagsEvent,
    ItemEvent,
    MessageEvent,
    MutedEvent,
    PeerEvent,
    PersonEvent,
    PressedEvent,
    Pulse,
    ReactionEvent,
    ReadEvent,
    UnreadEvent,
    UnreadReactionsEvent,
)
from dvor.model.photos import Photo

WRAPPED_FROM = (5, 103)
"""From this version on message_new holds the message and what the client can do."""
CLIENT_INFO = {
    "button_actions": ["text", "open_link", "callback"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}
EVENT_NAMES = (
    "message_new",
    "message_reply",
    "message_edit",
    "message_allow",
    "message_deny",
    "message_read",
    "message_typing_state",
    "message_event",
    "message_reaction_event",
    "photo_new",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_restore",
    "photo_comment_delete",
    "wall_post_new",
    "wall_repost",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_restore",
    "wall_reply_delete",
    "like_add",
    "like_remove",
    "group_join",
    "group_leave",
    "group_change_settings",
    "group_change_photo",
    "group_officers_edit",
    "user_block",
    "user_unblock",
    "poll_vote_new",
)
"""What a bot can be told."""


COMMENT_EVENTS = frozenset(
    f"{item}_{what}" for item in ("wall_reply", "photo_comment") for what in ("new", "edit", "restore")
)


class BotEventObject(Struct, frozen=True):
    """One event, as the long poll lists it and the Callback API sends it."""

    type: str
    event_id: str
    v: str
    object: Any
    group_id: int


class BotDrawing:
    """Draws a community's events in the version that its settings name; loads what they speak of beforehand."""

    def __init__(self, call: Call, group_id: int, settings: BotSettings) -> None:
        self._call = call
        self._group_id = group_id
        self._settings = settings
        self._messages: dict[int, Any] = {}
        self._message_page: MessagePage | None = None
        self._posts: dict[tuple[int, int], Any] = {}
        self._post_page: PostPage | None = None
        self._photos: dict[tuple[int, int], Photo] = {}
        self._comments: CommentPage | None = None

    async def load(self, events: list[Event]) -> None:
        """Load the messages and posts that the events speak of."""
        ids = [event.body.message_id for event in events if isinstance(event.body, MessageEvent)]
        if ids:
            self._message_page = await get_messages(self._call.tx, -self._group_id, ids)
            self._messages = {message.id: message for message in self._message_page.messages}
        keys = [
            (event.body.owner_id, event.body.item_id)
            for event in events
            if isinstance(event.body, ItemEvent) and event.kind in ("wall_post_new", "wall_repost")
        ]
        if keys:
            self._post_page = await get_posts(self._call.tx, -self._group_id, keys)
            self._posts = {(post.owner_id, post.id): post for post in self._post_page.posts}
        photo_keys = [
            (event.body.owner_id, event.body.item_id, "")
            for event in events
            if isinstance(event.body, ItemEvent) and event.kind in ("photo_new", "group_change_photo")
        ]
        if photo_keys:
            found = await get_photos(self._call.tx, -self._group_id, photo_keys)
            self._photos = {(photo.owner_id, photo.id): photo for photo in found}
        comment_keys = [
            (event.body.owner_id, event.body.item_id)
            for event in events
            if isinstance(event.body, ItemEvent) and event.kind in COMMENT_EVENTS
        ]
        if comment_keys:
            self._comments = await load_comments(self._call.tx, -self._group_id, comment_keys)

    def draw(self, event: Event) -> BotEventObject | None:
        """Return an event; None for what the settings leave out, or what is gone since."""
        name = self.name(event)
        if name not in self._settings.events:
            return None
        drawn = self._draw_body(event)
        if drawn is None:
            return None
        event_id = make_event_id(self._call, self._group_id, str(event.number))
        return BotEventObject(name, event_id, self._settings.version, drawn, self._group_id)

    def name(self, event: Event) -> str:
        """Return VK's name of an event."""
        body = event.body
        if event.kind == "message_new" and isinstance(body, MessageEvent):
            return "message_reply" if body.from_id == -self._group_id else "message_new"
        names = {
            "messages_read_by_peer": "message_read",
            "message_pressed": "message_event",
            "message_reacted": "message_reaction_event",
        }
        return names.get(event.kind, event.kind)

    def _draw_body(self, event: Event) -> Any:
        body = event.body
        match body:
            case MessageEvent():
                return self._draw_message(event, body)
            case ItemEvent():
                return self._draw_item(event.kind, body)
            case PersonEvent():
                return draw_person(event.kind, body)
            case ReadEvent():
                read = {"from_id": body.reader_id, "peer_id": body.peer_id}
                return read | {"read_message_id": body.message_id, "conversation_message_id": body.number}
            case PressedEvent():
                payload = msgspec.json.decode(body.payload) if body.payload else {}
                pressed = {"user_id": body.user_id, "peer_id": body.peer_id, "event_id": body.event_id}
                return pressed | {"payload": payload, "conversation_message_id": body.number}
            case ReactionEvent():
                reacted = {"reacted_id": body.user_id, "peer_id": body.peer_id, "cmid": body.number}
                return reacted | ({"reaction_id": body.reaction_id} if body.reaction_id else {})
            case ChangesEvent():
                pairs = {
                    name: {"old_value": old, "new_value": new} for name, (old, new) in body.changes.items()
                }
                return {"user_id": body.actor_id, "changes": pairs}
            case FlagsEvent() | PeerEvent() | UnreadEvent() | UnreadReactionsEvent() | MutedEvent():
                return None

    def _draw_message(self, event: Event, body: MessageEvent) -> Any:
        message = self._messages.get(body.message_id)
        if message is None or self._message_page is None:
            return None
        drawn = MessageDrawing(self._call, -self._group_id, self._message_page).draw(message)
        is_wrapped = self._call.version >= WRAPPED_FROM and self.name(event) == "message_new"
        return {"message": drawn, "client_info": CLIENT_INFO} if is_wrapped else drawn

    def _draw_item(self, kind: str, body: ItemEvent) -> Any:
        if kind in ("wall_post_new", "wall_repost"):
            post = self._posts.get((body.owner_id, body.item_id))
            if post is None or self._post_page is None:
                return None
            return PostDrawing(self._call, self._post_page).draw(post)
        if kind in ("photo_new", "group_change_photo"):
            photo = self._photos.get((body.owner_id, body.item_id))
            drawn = draw_photo(self._call.courtyard, photo, self._call.version) if photo else None
            return (
                drawn if kind == "photo_new" or drawn is None else {"user_id": body.actor_id, "photo": drawn}
            )
        if kind in ("like_add", "like_remove"):
            liked = {"liker_id": body.actor_id, "object_type": body.kind, "object_owner_id": body.owner_id}
            return liked | {"object_id": body.item_id, "thread_reply_id": 0, "post_id": body.parent_id}
        if kind == "poll_vote_new":
            voted = {"owner_id": body.owner_id, "poll_id": body.parent_id, "option_id": body.item_id}
            return voted | {"user_id": body.actor_id}
        if kind in COMMENT_EVENTS:
            return self._draw_comment(body)
        item = "photo_id" if kind.startswith("photo") else "post_id"
        gone = {"owner_id": body.owner_id, "id": body.item_id, "user_id": body.actor_id}
        return gone | {"deleter_id": body.actor_id, item: body.parent_id}

    def _draw_comment(self, body: ItemEvent) -> Any:
        page = self._comments
        comment = next((one for one in page.comments if one.id == body.item_id), None) if page else None
        if comment is None or page is None:
            return None
        drawn = msgspec.to_builtins(CommentDrawing(self._call, page, with_likes=False).draw(comment))
        of = "photo_owner_id" if comment.kind == "photo" else "post_owner_id"
        return drawn | {of: comment.owner_id}


def draw_person(kind: str, body: PersonEvent) -> dict[str, Any]:
    """Return what happened between a person and a community."""
    user = {"user_id": body.user_id}
    match kind:
        case "message_allow":
            return user | {"key": body.text}
        case "group_join":
            return user | {"join_type": body.how}
        case "group_leave":
            return user | {"self": int(body.actor_id == body.user_id)}
        case "group_officers_edit":
            return {"admin_id": body.actor_id} | user | {"level_old": body.before, "level_new": body.after}
        case "user_block":
            block = {"admin_id": body.actor_id} | user
            return block | {"unblock_date": body.after, "reason": body.before, "comment": body.text}
        case "user_unblock":
            return {"admin_id": body.actor_id} | user | {"by_end_date": int(not body.actor_id)}
        case _:
            return user


def draw_typing(call: Call, group_id: int, settings: BotSettings, pulse: Pulse) -> BotEventObject | None:
    """Return that somebody is typing to a community; None if its settings leave that out."""
    if pulse.kind != "typing" or "message_typing_state" not in settings.events:
        return None
    drawn = {"from_id": pulse.user_id, "to_id": -group_id, "state": "typing"}
    event_id = make_event_id(call, group_id, f"typing {pulse.user_id} {pulse.at}")
    return BotEventObject("message_typing_state", event_id, settings.version, drawn, group_id)


def make_event_id(call: Call, group_id: int, name: str) -> str:
    """Return the id of an event: the same one whenever and wherever it is told."""
    return call.courtyard.master_key.sign("bot event", f"{group_id} {name}".encode()).hex()
