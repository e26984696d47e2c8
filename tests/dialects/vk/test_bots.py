"""Bots: the bots long poll, the Callback API against a real server, and buttons."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from dvor.core.jobs import FIRST_PAUSE_SECONDS, JobWorker
from dvor.dialects.vk import callbacks
from tests.dialects.vk.conftest import NOW, CastClient

KEYBOARD = {
    "inline": True,
    "buttons": [[{"action": {"type": "callback", "label": "Да", "payload": {"yes": 1}}}]],
}
ALL_MESSAGES = {
    "message_new": 1,
    "message_reply": 1,
    "message_event": 1,
    "message_typing_state": 1,
    "message_read": 1,
}


async def poll(client: CastClient, server: dict[str, Any], **params: Any) -> Any:
    path = urlsplit(server["server"]).path
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 1} | params
    return (await client.http.post(path, params=asked)).json()


async def listen(client: CastClient, **events: Any) -> dict[str, Any]:
    """Switch the garden's long poll on and return where to wait."""
    await client.get("groups.setLongPollSettings", group_id=1, enabled=1, **events)
    return dict(await client.get("groups.getLongPollServer", "garden", group_id=1))


async def test_a_bot_is_written_to_and_answers(cast_client: CastClient) -> None:
    server = await listen(cast_client, **ALL_MESSAGES)
    assert server["server"].startswith("http://")
    assert isinstance(server["ts"], str)
    assert await cast_client.refuse("messages.send", "garden", peer_id=2, message="hi", random_id=0) == 901
    waiting = asyncio.create_task(poll(cast_client, server, wait=10))
    await asyncio.sleep(0.05)
    await cast_client.get("messages.send", "boris", peer_id=-1, message="Есть шланг?", random_id=0)
    answer = await asyncio.wait_for(waiting, 20)
    [update] = answer["updates"]
    assert (update["type"], update["group_id"], update["v"]) == ("message_new", 1, "5.199")
    assert update["object"]["message"]["text"] == "Есть шланг?"
    assert update["object"]["message"]["peer_id"] == update["object"]["message"]["from_id"] == 2
    assert "callback" in update["object"]["client_info"]["button_actions"]
    again = await poll(cast_client, server)
    assert again["updates"][0]["event_id"] == update["event_id"], "the same event has the same id"
    await cast_client.get("messages.send", "garden", peer_id=2, message="Есть", random_id=0)
    after = await poll(cast_client, server | {"ts": answer["ts"]})
    assert [one["type"] for one in after["updates"]] == ["message_reply"]
    history = await cast_client.get("messages.getHistory", "boris", peer_id=-1)
    assert [item["text"] for item in history["items"]] == ["Есть", "Есть шланг?"]


async def test_older_versions_have_the_bare_message(cast_client: CastClient) -> None:
    server = await listen(cast_client, api_version="5.92")
    await cast_client.get("messages.send", "boris", peer_id=-1, message="old", random_id=0)
    [update] = (await poll(cast_client, server))["updates"]
    assert (update["v"], update["object"]["text"]) == ("5.92", "old")


async def test_only_what_is_switched_on_is_told(cast_client: CastClient) -> None:
    server = await listen(cast_client, message_new=0, group_join=1, group_leave=1)
    await cast_client.get("messages.send", "boris", peer_id=-1, message="unheard", random_id=0)
    await cast_client.get("groups.join", "fedor", group_id=1)
    await cast_client.get("groups.leave", "fedor", group_id=1)
    updates = (await poll(cast_client, server))["updates"]
    assert [(one["type"], one["object"]) for one in updates] == [
        ("group_join", {"user_id": 6, "join_type": "join"}),
        ("group_leave", {"user_id": 6, "self": 1}),
    ]


async def test_typing_is_told_to_who_waits(cast_client: CastClient) -> None:
    server = await listen(cast_client, **ALL_MESSAGES)
    await cast_client.get("messages.send", "boris", peer_id=-1, message="hi", random_id=0)
    newest = (await poll(cast_client, server))["ts"]
    waiting = asyncio.create_task(poll(cast_client, server | {"ts": newest}, wait=10))
    await asyncio.sleep(0.05)
    await cast_client.get("messages.setActivity", "boris", peer_id=-1)
    [update] = (await asyncio.wait_for(waiting, 20))["updates"]
    assert (update["type"], update["object"]) == (
        "message_typing_state",
        {"from_id": 2, "to_id": -1, "state": "typing"},
    )


async def test_a_button_is_pressed_and_answered(cast_client: CastClient) -> None:
    server = await listen(cast_client, **ALL_MESSAGES)
    await cast_client.get("messages.send", "boris", peer_id=-1, message="hi", random_id=0)
    asked: dict[str, Any] = {
        "peer_id": 2,
        "message": "Полить?",
        "random_id": 0,
        "keyboard": json.dumps(KEYBOARD),
    }
    message_id = await cast_client.get("messages.send", "garden", **asked)
    user = await cast_client.get("messages.getLongPollServer", "boris")
    pressed = {"peer_id": -1, "message_id": message_id}
    assert await cast_client.refuse("messages.sendMessageEvent", "boris", payload="{}", **pressed) == 100
    await cast_client.get("messages.sendMessageEvent", "boris", payload='{"yes":1}', **pressed)
    event = (await poll(cast_client, server))["updates"][-1]
    assert (event["type"], event["object"]["payload"]) == ("message_event", {"yes": 1})
    answer: dict[str, Any] = {"event_id": event["object"]["event_id"], "user_id": 2, "peer_id": 2}
    data = json.dumps({"type": "show_snackbar", "text": "Готово"})
    assert (
        await cast_client.refuse("messages.sendMessageEventAnswer", "choir", event_data=data, **answer) == 100
    )
    await cast_client.get("messages.sendMessageEventAnswer", "garden", event_data=data, **answer)
    news = await poll(cast_client, user | {"server": f"http://{user['server']}"}, version=19)
    assert [one[1]["action"]["text"] for one in news["updates"] if one[0] == 119] == ["Готово"]


@pytest.mark.parametrize(
    "keyboard", ["x", "{}", '{"buttons":[[{"action":{"type":"zzz"}}]]}', '{"buttons":[[]]}']
)
async def test_what_is_no_keyboard_is_refused(cast_client: CastClient, keyboard: str) -> None:
    asked: dict[str, Any] = {"peer_id": 2, "message": "x", "random_id": 0, "keyboard": keyboard}
    assert await cast_client.refuse("messages.send", **asked) == 911


async def test_keys_are_for_one_kind_of_poll(cast_client: CastClient) -> None:
    bot = await listen(cast_client)
    user = await cast_client.get("messages.getLongPollServer")
    assert await poll(cast_client, bot | {"key": user["key"]}) == {"failed": 3}
    assert await poll(cast_client, user | {"server": "http://x/nim1", "key": bot["key"]}) == {"failed": 3}
    assert (await poll(cast_client, bot | {"ts": "999"}))["failed"] == 1


class Receiver:
    """A server of a community's: answers what it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        self.heard.append(json.loads(await reader.readexactly(length)))
        body = self.answers.pop(0) if self.answers else b"ok"
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body)
        )
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/vk"
    async with server:
        yield receiver


async def test_a_callback_server_is_confirmed_told_and_told_again(
    cast_client: CastClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    courtyard = cast_client.courtyard
    now = [NOW]
    monkeypatch.setattr(courtyard, "clock", lambda: now[0])
    monkeypatch.setattr(courtyard, "settings", replace(courtyard.settings, outbound_private=True))
    worker = JobWorker(courtyard, callbacks.HANDLERS)
    async with receiving() as receiver:
        added: dict[str, Any] = {"group_id": 1, "url": receiver.url, "title": "Бот", "secret_key": "тайна"}
        server_id = (await cast_client.get("groups.addCallbackServer", **added))["server_id"]
        code = (await cast_client.get("groups.getCallbackConfirmationCode", group_id=1))["code"]
        receiver.answers = [b"wrong", code.encode()]
        await worker.work_once()
        assert receiver.heard[0] == {"type": "confirmation", "group_id": 1, "secret": "тайна"}
        assert (await cast_client.get("groups.getCallbackServers", group_id=1))["items"][0][
            "status"
        ] == "failed"
        now[0] += FIRST_PAUSE_SECONDS * 4
        await worker.work_once()
        assert (await cast_client.get("groups.getCallbackServers", group_id=1))["items"][0]["status"] == "ok"
        switched = {"group_id": 1, "server_id": server_id, "group_join": 1, "message_new": 0}
        await cast_client.get("groups.setCallbackSettings", **switched)
        receiver.heard.clear()
        receiver.answers = [b"busy"]
        await cast_client.get("messages.send", "boris", peer_id=-1, message="unheard", random_id=0)
        await cast_client.get("groups.join", "fedor", group_id=1)
        await worker.work_once()
        now[0] += FIRST_PAUSE_SECONDS * 4
        await worker.work_once()
        first, second = receiver.heard
        assert first == second
        assert (first["type"], first["object"], first["secret"]) == (
            "group_join",
            {"user_id": 6, "join_type": "join"},
            "тайна",
        )
        await worker.work_once()
        assert len(receiver.heard) == 2, "told once it is taken"


async def test_private_addresses_are_not_called(cast_client: CastClient) -> None:
    worker = JobWorker(cast_client.courtyard, callbacks.HANDLERS)
    async with receiving() as receiver:
        await cast_client.get("groups.addCallbackServer", group_id=1, url=receiver.url, title="Бот")
        await worker.work_once()
        assert receiver.heard == []
    [server] = (await cast_client.get("groups.getCallbackServers", group_id=1))["items"]
    assert server["status"] == "failed"
