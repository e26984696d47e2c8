"""The user long poll, without a server in between."""

import asyncio
from contextlib import nullcontext
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from PIL import Image
from starlette.types import Message

from dvor.core.tokens import revoke_token
from dvor.dialects.vk.longpoll import LongPollEndpoint
from tests.dialects.vk.conftest import NOW, CastClient


async def server_of(client: CastClient, who: str = "anna", *, v: str | None = "5.199") -> dict[str, Any]:
    """Ask where to poll."""
    answer = (await client.ask("messages.getLongPollServer", who, v=v)).json()["response"]
    assert ("://" in answer["server"]) == (v is None)
    return dict(answer)


async def poll(client: CastClient, server: dict[str, Any], *, post: bool = False, **params: Any) -> Any:
    """Poll once and return the answer."""
    path = urlsplit(server["server"] if "://" in server["server"] else f"http://{server['server']}").path
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 1, **params}
    answer = await (client.http.post(path, params=asked) if post else client.http.get(path, params=asked))
    assert answer.status_code == 200
    return answer.json()


async def write(client: CastClient, text: str, who: str = "boris", to: str = "anna") -> int:
    """Send a message and return its id."""
    sent = await client.get("messages.send", who, peer_id=client.ids[to], message=text, random_id=0)
    return int(sent)


@pytest.mark.parametrize("post", [False, True])
async def test_a_message_arrives(cast_client: CastClient, post: bool) -> None:
    server = await server_of(cast_client)
    waiting = asyncio.create_task(poll(cast_client, server, post=post, wait=10, mode=130, version=3))
    await asyncio.sleep(0.05)
    message_id = await write(cast_client, 'a < b & "c"\nd')
    answer = await asyncio.wait_for(waiting, 20)
    boris = cast_client.ids["boris"]
    text = "a &lt; b &amp; &quot;c&quot;<br>d"
    assert answer["updates"] == [[4, message_id, 1, boris, NOW, text, {"title": " ... "}, {}, 0]]
    assert answer["ts"] == server["ts"] + 1


async def test_one_s_own_message_is_told_as_sent(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    await write(cast_client, "mine", "anna", "boris")
    update, unread = (await poll(cast_client, server, version=3))["updates"]
    assert unread == [80, 0, 0], "who answers has read"
    assert update[2] & 2
    assert update[3] == cast_client.ids["boris"]


async def test_version_19_tells_by_number(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    message_id = await write(cast_client, "new form")
    [update] = (await poll(cast_client, server, version=19, mode=2))["updates"]
    assert (update[0], update[4], update[6], update[10]) == (
        10004,
        cast_client.ids["boris"],
        "new form",
        message_id,
    )
    assert isinstance(update[7], dict)
    assert isinstance(update[8], dict)


async def test_pts_and_short_events_by_mode(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    await write(cast_client, "short")
    answer = await poll(cast_client, server, version=3, mode=32)
    assert len(answer["updates"][0]) == 6
    assert answer["pts"] >= 1
    assert "pts" not in await poll(cast_client, server, version=3, mode=0)


async def test_any_number_can_be_resumed_from(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    for number in range(10):
        await write(cast_client, str(number))
    for behind in range(11):
        answer = await poll(cast_client, server | {"ts": server["ts"] + behind}, version=3)
        assert [int(update[5]) for update in answer["updates"]] == list(range(behind, 10))


async def test_failures(cast_client: CastClient, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await server_of(cast_client)
    newest = server["ts"]
    assert await poll(cast_client, server | {"ts": newest + 1}) == {"failed": 1, "ts": newest}
    assert await poll(cast_client, server | {"ts": -5}) == {"failed": 1, "ts": newest}
    assert (await poll(cast_client, server, version=20))["failed"] == 4
    for key in ("", "nonsense", server["key"][:-2] + "AA", "ы"):
        assert await poll(cast_client, server | {"key": key}) == {"failed": 3}
    monkeypatch.setattr(cast_client.courtyard, "clock", lambda: NOW + 3601)
    assert await poll(cast_client, server) == {"failed": 2}


async def test_a_revoked_token_ends_its_polls(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    await cast_client.courtyard.database.write(lambda tx: revoke_token(tx, cast_client.tokens["anna"]))
    assert await poll(cast_client, server) == {"failed": 3}


async def test_a_client_that_never_advances_gets_each_event_once(cast_client: CastClient) -> None:
    server = await server_of(cast_client, v=None)
    seen = []
    for text in ("one", "two", "three"):
        await write(cast_client, text)
        seen += [update[5] for update in (await poll(cast_client, server, wait=0.1))["updates"]]
    assert seen == ["one", "two", "three"]
    advanced = server | {"ts": server["ts"] + 1}
    assert [update[5] for update in (await poll(cast_client, advanced))["updates"]] == ["two", "three"]


async def test_a_stop_answers_those_who_wait(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    waiting = asyncio.create_task(poll(cast_client, server, wait=60))
    await asyncio.sleep(0.05)
    cast_client.courtyard.database.signals.close()
    assert (await asyncio.wait_for(waiting, 20))["updates"] == []


async def test_a_client_that_leaves_is_not_waited_for(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": 60}
    messages: asyncio.Queue[Message] = asyncio.Queue()
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    endpoint = LongPollEndpoint(cast_client.courtyard, nullcontext)
    scope = {"type": "http", "method": "GET", "query_string": urlencode(asked).encode(), "headers": []}
    polling = asyncio.create_task(endpoint(scope, messages.get, send))
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": True})
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    await asyncio.sleep(0.1)
    assert cast_client.courtyard.database.signals.receivers() == [cast_client.ids["anna"]]
    messages.put_nowait({"type": "http.disconnect"})
    await asyncio.wait_for(polling, 20)
    assert not sent
    assert cast_client.courtyard.database.signals.receivers() == []


async def test_other_acts_are_refused(cast_client: CastClient) -> None:
    answer = await cast_client.http.get("/nim1", params={"act": "zzz"})
    assert answer.status_code == 400
    assert answer.json()["error"]["error_code"] == 100


async def test_friends_are_told_of_each_other(cast_client: CastClient) -> None:
    anna, fedor = cast_client.ids["anna"], cast_client.ids["fedor"]
    mine, theirs = await server_of(cast_client), await server_of(cast_client, "fedor")
    # Fedor has asked Anna; she accepts, and then ends it
    await cast_client.get("friends.add", user_id=fedor)
    await cast_client.get("friends.delete", user_id=fedor)
    assert (await poll(cast_client, mine, version=3))["updates"] == [[90, fedor, 3], [90, fedor, 2]]
    assert (await poll(cast_client, theirs, version=19))["updates"] == [[90, anna, 3], [90, anna, 1]]


async def test_unread_conversations_are_counted(cast_client: CastClient) -> None:
    server = await server_of(cast_client)
    before = (await cast_client.get("account.getCounters", filter="messages")).get("messages", 0)
    await write(cast_client, "one", "clara")
    await write(cast_client, "two", "clara")
    counted = [
        update for update in (await poll(cast_client, server, version=3))["updates"] if update[0] == 80
    ]
    assert counted == [[80, before + 1, 0]]
    assert await cast_client.get("account.getCounters", filter="messages") == {"messages": before + 1}
    server = await server_of(cast_client)
    await cast_client.get("messages.markAsRead", peer_id=cast_client.ids["clara"])
    read, counted = (await poll(cast_client, server, version=3))["updates"]
    assert (read[0], counted) == (6, [80, before, 0])


async def test_reactions_are_told_and_seen(cast_client: CastClient) -> None:
    anna, boris = cast_client.ids["anna"], cast_client.ids["boris"]
    await write(cast_client, "мой", "anna", "boris")
    last = (await cast_client.get("messages.getHistory", peer_id=boris, count=1))["items"][0]
    cmid, server = last["conversation_message_id"], await server_of(cast_client)
    await cast_client.get("messages.sendReaction", "boris", peer_id=anna, cmid=cmid, reaction_id=3)
    await cast_client.get("messages.sendReaction", peer_id=boris, cmid=cmid, reaction_id=3)
    [conversation] = (await cast_client.get("messages.getConversationsById", peer_ids=boris))["items"]
    assert conversation["unread_reactions"] == [cmid]
    assert await cast_client.get("messages.markReactionsAsRead", peer_id=boris, cmids=cmid) == 1
    await cast_client.get("messages.deleteReaction", "boris", peer_id=anna, cmid=cmid)
    updates = (await poll(cast_client, server, version=19))["updates"]
    assert updates == [
        [601, 2, boris, cmid, 1, 4, 3, 1, 1, boris],
        [602, boris, 1, cmid],
        [601, 1, boris, cmid, 3, 1, 5, 3, 2, 2, anna, boris],
        [602, boris, 0],
        [601, 4, boris, cmid, 1, 4, 3, 1, 1, anna],
    ]
    [seen] = (await cast_client.get("messages.getHistory", peer_id=boris, count=1))["items"]
    assert (seen["reaction_id"], seen["last_reaction_id"]) == (3, 3)
    [conversation] = (await cast_client.get("messages.getConversationsById", peer_ids=boris))["items"]
    assert "unread_reactions" not in conversation


async def test_reactions_have_pictures(cast_client: CastClient) -> None:
    known = await cast_client.get("messages.getReactionsAssets")
    assert known["reaction_ids"] == list(range(1, 17))
    for asset in known["assets"]:
        picture = await cast_client.http.get(asset["links"]["static"])
        assert picture.headers["content-type"] == "image/png"
        with Image.open(BytesIO(picture.content)) as image:
            assert image.size == (144, 144)
        for name in ("big_animation", "small_animation"):
            animation = (await cast_client.http.get(asset["links"][name])).json()
            [drawn] = animation["assets"]
            assert drawn["p"].startswith("data:image/png;base64,")
            assert animation["layers"][0]["refId"] == drawn["id"]


async def test_a_muted_conversation_is_told_of(cast_client: CastClient) -> None:
    boris, server = cast_client.ids["boris"], await server_of(cast_client)
    await cast_client.get("account.setSilenceMode", peer_id=boris, time=60, sound=0)
    told = {"peer_id": boris, "sound": 0, "disabled_until": NOW + 60}
    assert (await poll(cast_client, server, version=3))["updates"] == [[114, told]]
    [conversation] = (await cast_client.get("messages.getConversationsById", peer_ids=boris))["items"]
    muted = {"disabled_forever": False, "no_sound": True, "disabled_until": NOW + 60}
    assert conversation["push_settings"] == muted
    await cast_client.get("account.setSilenceMode", peer_id=boris, time=-1)
    [conversation] = (await cast_client.get("messages.getConversationsById", peer_ids=boris))["items"]
    assert conversation["push_settings"] == {"disabled_forever": True, "no_sound": False}
    await cast_client.get("account.setSilenceMode", peer_id=boris)
    [conversation] = (await cast_client.get("messages.getConversationsById", peer_ids=boris))["items"]
    assert "push_settings" not in conversation
    assert (await cast_client.get("messages.getLongPollHistory", ts=server["ts"]))["history"] == []
