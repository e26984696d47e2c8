"""Bots: what a community's programs are told, whom it may write to, and buttons that are pressed."""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dvor.core.conversations import find_conversation
from dvor.core.events import get_cursor, tell
from dvor.core.groups import get_group, get_managed_group
from dvor.core.messages import find_message
from dvor.core.secrets import MasterKey
from dvor.model.bots import MAX_SERVERS, BotSettings, CallbackServer
from dvor.model.errors import AccessDenied, InvalidParameter
from dvor.model.events import PersonEvent, PressedEvent
from dvor.model.groups import Role
from dvor.store import bots as store
from dvor.store.chats import find_permission, set_permission
from dvor.store.database import Transaction
from dvor.store.events import list_events
from dvor.store.jobs import insert_job

CODE_PURPOSE = "callback confirmation"
SECRET_PURPOSE = "callback secret"
PRESSED_PURPOSE = "pressed button"
CONFIRM_JOB = "confirm_callback"
LOOK_BACK = 1000


class NewServer(Struct, frozen=True):
    """What makes a callback server."""

    url: str
    title: str
    secret: str


async def get_bot_settings(tx: Transaction, user_id: int, group_id: int) -> BotSettings:
    """Return what a community's long poll tells; its administrators and its token may.  `AccessDenied`."""
    await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
    return await store.find_bot_settings(tx, group_id) or BotSettings()


async def save_bot_settings(tx: Transaction, user_id: int, group_id: int, settings: BotSettings) -> None:
    """Change what a community's long poll tells; `AccessDenied`."""
    await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
    await store.save_bot_settings(tx, group_id, settings)


def confirmation_code(master_key: MasterKey, group_id: int) -> str:
    """Return what a community's servers answer to prove that they are its own."""
    return master_key.sign(CODE_PURPOSE, str(group_id).encode())[:4].hex()


async def list_servers(tx: Transaction, user_id: int, group_id: int) -> list[CallbackServer]:
    """Return a community's callback servers; `AccessDenied`."""
    await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
    return await store.list_servers(tx, group_id)


async def get_server(tx: Transaction, user_id: int, group_id: int, server_id: int) -> CallbackServer:
    """Return one of a community's callback servers; `AccessDenied`, `InvalidParameter`."""
    for server in await list_servers(tx, user_id, group_id):
        if server.id == server_id:
            return server
    raise InvalidParameter("server_id", "there is no such server")


async def add_server(
    tx: Transaction, master_key: MasterKey, user_id: int, group_id: int, server: NewServer, *, now: int
) -> int:
    """Add a callback server, which is told nothing until it is confirmed and switched on; return its id."""
    known = await list_servers(tx, user_id, group_id)
    if len(known) >= MAX_SERVERS:
        raise InvalidParameter("url", f"more than {MAX_SERVERS} servers")
    server_id = await store.highest_server_id(tx, group_id) + 1
    secret = master_key.encrypt(SECRET_PURPOSE, server.secret.encode())
    await store.insert_server(
        tx,
        CallbackServer(group_id, server_id, server.title, server.url, secret, "wait", user_id, BotSettings()),
    )
    await insert_job(tx, CONFIRM_JOB, {"group_id": group_id, "server_id": server_id}, now)
    return server_id


async def edit_server(
    tx: Transaction,
    master_key: MasterKey,
    user_id: int,
    group_id: int,
    server_id: int,
    server: NewServer,
    *,
    now: int,
) -> None:
    """Change a callback server; with another address it has to be confirmed anew."""
    was = await get_server(tx, user_id, group_id, server_id)
    changes: dict[str, object] = {
        "title": server.title,
        "url": server.url,
        "secret": master_key.encrypt(SECRET_PURPOSE, server.secret.encode()),
    }
    if server.url != was.url:
        changes |= {"status": "wait", "settings": replace(was.settings, is_enabled=False)}
        await insert_job(tx, CONFIRM_JOB, {"group_id": group_id, "server_id": server_id}, now)
    await store.change_server(tx, group_id, server_id, changes)


async def delete_server(tx: Transaction, user_id: int, group_id: int, server_id: int) -> None:
    """Remove a callback server; `InvalidParameter` if there is no such one."""
    await get_server(tx, user_id, group_id, server_id)
    await store.delete_server(tx, group_id, server_id)


async def set_server_settings(
    tx: Transaction, user_id: int, group_id: int, server_id: int, settings: BotSettings
) -> None:
    """Change what a callback server is told; what it was not yet confirmed for stays off until it is."""
    server = await get_server(tx, user_id, group_id, server_id)
    is_enabled = server.status in ("ok", "failed")
    await store.change_server(tx, group_id, server_id, {"settings": replace(settings, is_enabled=is_enabled)})


async def find_server(tx: Transaction, group_id: int, server_id: int) -> CallbackServer | None:
    """Return a callback server, for the jobs that call it."""
    servers = await store.list_servers(tx, group_id)
    return next((server for server in servers if server.id == server_id), None)


async def note_answer(
    tx: Transaction, group_id: int, server_id: int, *, is_good: bool, is_enabled: bool
) -> None:
    """Note whether a server has answered as it should, and whether it is told from now on."""
    server = await find_server(tx, group_id, server_id)
    if server is not None:
        settings = replace(server.settings, is_enabled=is_enabled)
        changes = {"status": "ok" if is_good else "failed", "settings": settings}
        await store.change_server(tx, group_id, server_id, changes)


async def load_bot_settings(tx: Transaction, group_id: int) -> BotSettings:
    """Return what a community's long poll tells, for the poll itself."""
    return await store.find_bot_settings(tx, group_id) or BotSettings()


async def allow_messages(
    tx: Transaction, user_id: int, group_id: int, *, is_allowed: bool, key: str = "", now: int
) -> None:
    """Let a community write to oneself, or not; it is told.  `GroupNotFound`."""
    await get_group(tx, user_id, group_id)
    await set_permission(tx, group_id, user_id, is_allowed=is_allowed)
    body = PersonEvent(user_id, user_id, text=key)
    await tell(tx, "message_allow" if is_allowed else "message_deny", {-group_id: body}, now)


async def may_write_to(tx: Transaction, viewer_id: int, group_id: int, user_id: int) -> bool:
    """Say whether a community may write to a person; told to himself and to its managers.  `AccessDenied`."""
    if user_id != viewer_id:
        await get_managed_group(tx, viewer_id, group_id, Role.MODERATOR)
    else:
        await get_group(tx, viewer_id, group_id)
    return bool(await find_permission(tx, group_id, user_id))


async def press_button(
    tx: Transaction, master_key: MasterKey, user_id: int, peer_id: int, number: int, payload: str, *, now: int
) -> str:
    """Press a callback button below a community's message; return the id of the event.

    `MessageNotFound`, `InvalidParameter` (no such button).
    """
    message = await find_message(tx, user_id, peer_id, number=number)
    keyboard = message.extra.keyboard if message.extra else None
    if message.from_id >= 0 or not has_callback(keyboard, payload):
        raise InvalidParameter("payload", "the message has no such callback button")
    cursor = await get_cursor(tx, message.from_id)
    said = msgspec.json.encode([user_id, message.id, payload, cursor.number, now])
    event_id = master_key.sign(PRESSED_PURPOSE, said)[:6].hex()
    group_peer = message.peer_for(message.from_id)
    body = PressedEvent(event_id, user_id, group_peer, number, payload)
    await tell(tx, "message_pressed", {message.from_id: body}, now)
    return event_id


def has_callback(keyboard: dict[str, object] | None, payload: str) -> bool:
    """Say whether a keyboard has a callback button with this payload."""
    rows = keyboard["buttons"] if keyboard else []
    return any(
        button["action"]["type"] == "callback" and button["action"].get("payload", "") == payload
        for row in rows  # type: ignore[attr-defined]
        for button in row
    )


async def answer_button(
    tx: Transaction, group_id: int, event_id: str, user_id: int, peer_id: int, data: str, *, now: int
) -> None:
    """Tell whoever pressed a button what the community answers; `InvalidParameter` if nobody did lately."""
    cursor = await get_cursor(tx, -group_id)
    events = await list_events(tx, -group_id, max(cursor.pruned, cursor.number - LOOK_BACK), LOOK_BACK)
    pressed = [
        one.body for one in events if isinstance(one.body, PressedEvent) and one.body.event_id == event_id
    ]
    if not pressed or (pressed[0].user_id, pressed[0].peer_id) != (user_id, peer_id):
        raise InvalidParameter("event_id", "nobody has pressed that lately")
    place = await find_conversation(tx, -group_id, peer_id)
    if place is None:
        raise AccessDenied("the community is not in that conversation")
    body = PressedEvent(event_id, user_id, place[0].peer_for(user_id), pressed[0].number, data)
    await tell(tx, "message_answered", {user_id: body}, now)
