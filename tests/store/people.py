"""What the tests of the store put into it: people, posts, messages, as rows and without the core's rules."""

from typing import Any

from dvor.model.apps import App, AppDay, NewApp
from dvor.model.authorizations import AuthorizationCode, AuthorizationRequest, RefreshToken
from dvor.model.calls import Confirmation
from dvor.model.consents import Consent
from dvor.model.events import MessageEvent
from dvor.model.friends import Friendship
from dvor.model.messages import Message
from dvor.model.sessions import Session
from dvor.model.users import NewUser
from dvor.model.wall import NewPost
from dvor.model.words import fold_words
from dvor.store.apps import add_app_days, insert_app
from dvor.store.authorizations import insert_code, insert_request
from dvor.store.calls import save_confirmation
from dvor.store.consents import save_consent
from dvor.store.conversations import lock_dialog, next_message_number, note_received, note_sent
from dvor.store.database import Database, Transaction
from dvor.store.events import append_event, insert_receiver
from dvor.store.friends import friend_row, save_friends
from dvor.store.keys import SigningKey, insert_key
from dvor.store.message_words import insert_words
from dvor.store.messages import insert_message
from dvor.store.numbers import next_number
from dvor.store.sessions import insert_session
from dvor.store.tokens import insert_refresh_token
from dvor.store.users import insert_user

NOW = 1_700_000_000


async def add_user(tx: Transaction, name: str = "Анна", **more: Any) -> int:
    """Store a user with an empty log."""
    user_id = await insert_user(tx, NewUser(first_name=name, last_name="Кошкина", **more), NOW)
    await insert_receiver(tx, user_id)
    return user_id


async def add_users(database: Database, count: int) -> list[int]:
    """Store so many users and return their ids, rising."""

    async def work(tx: Transaction) -> list[int]:
        return [await add_user(tx, f"User {number}") for number in range(count)]

    return await database.write(work)


async def befriend(tx: Transaction, one_id: int, other_id: int) -> None:
    """Make two users friends."""
    pairs = sorted([(one_id, other_id), (other_id, one_id)])
    await save_friends(tx, [friend_row(*pair, Friendship.FRIENDS, NOW) for pair in pairs])


def new_post(owner_id: int, text: str = "", **more: Any) -> NewPost:
    """Return a post by the owner of the wall."""
    values: dict[str, Any] = {
        "from_id": owner_id,
        "attachments": [],
        "platform": "",
        "created_at": NOW,
    } | more
    return NewPost(owner_id=owner_id, text=text, **values)


async def say(
    tx: Transaction,
    sender_id: int,
    receiver_id: int,
    text: str = "Привет",
    *,
    random_id: int = 0,
    now: int = NOW,
) -> Message:
    """Store a message between two users the way the core does, with its events."""
    dialog = await lock_dialog(tx, sender_id, receiver_id)
    number = await next_message_number(tx, dialog.id)
    message_id = await next_number(tx, "messages")
    message = Message(
        dialog.id,
        number,
        message_id,
        sender_id,
        now,
        text,
        [],
        random_id,
        0,
        0,
        None,
        dialog.low_id,
        dialog.high_id,
    )
    await insert_message(tx, message)
    await insert_words(tx, dialog.id, number, fold_words(text))
    await note_sent(tx, dialog.id, sender_id, number, message_id)
    if receiver_id != sender_id:
        await note_received(tx, dialog.id, sender_id, number, message_id)
    bodies = {one: message_event(message, one) for one in (sender_id, receiver_id)}
    await append_event(tx, "message_new", bodies, now)
    return message


def message_event(message: Message, viewer_id: int) -> MessageEvent:
    """Return what a message's event tells a viewer."""
    return MessageEvent(
        message.id,
        message.number,
        message.peer_for(viewer_id),
        message.from_id,
        message.created_at,
        message.text,
        message.random_id,
        message.attachments,
    )


async def add_app(tx: Transaction, app_id: int, owner_id: int) -> None:
    """Store an app with a row of everything that an app brings with it."""
    new = NewApp(title="Двор", redirect_uris=["https://site.example/"])
    described = {name: getattr(new, name) for name in new.__struct_fields__}
    stored: dict[str, Any] = {
        "secret_key": b"\x00",
        "service_token": b"\xff",
        "confirmed_at": NOW,
        "created_at": NOW,
    }
    await insert_app(tx, App(id=app_id, owner_id=owner_id, **described, **stored))
    await add_app_days(tx, [AppDay(app_id, NOW // 86400, 1, 1, 0)])
    await save_consent(tx, Consent(owner_id, app_id, "oidc", 7, "https://site.example/", NOW, NOW))
    granted: dict[str, Any] = {
        "app_id": app_id,
        "user_id": owner_id,
        "protocol": "oidc",
        "scope": 7,
        "parameters": {"state": "ы"},
        "authenticated_at": NOW,
        "expires_at": NOW + 60,
    }
    asked: dict[str, Any] = {
        "door": "/",
        "prompt": "",
        "max_age": -1,
        "created_at": NOW,
        "outcome": "",
        "granted": 0,
    }
    await insert_request(
        tx, AuthorizationRequest(request_hash=b"r", redirect_uri="", ticket_hash=None, **asked, **granted)
    )
    used: dict[str, Any] = {"family": b"\x00\x01", "used_at": 0}
    await insert_code(tx, AuthorizationCode(code_hash=b"c", redirect_uri="", challenge="", **used, **granted))
    await insert_refresh_token(tx, RefreshToken(token_hash=b"t", **used, **granted))
    await insert_session(tx, Session(b"s", owner_id, NOW, NOW, "Firefox", "127.0.0.1", NOW))
    await insert_key(tx, SigningKey("key", "RS256", b"\x01", NOW))
    called: dict[str, Any] = {"phone": "+74950000001", "digits_hash": b"d", "attempts": 1, "expires_at": NOW}
    await save_confirmation(tx, Confirmation(user_id=owner_id, purpose="app", day=1, calls=1, **called))
