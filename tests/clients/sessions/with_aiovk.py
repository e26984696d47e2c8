"""aiovk 4: reads, writes, errors, a pool of calls in one script, and both long polls."""

import asyncio
from typing import Any

import requests
from aiovk import API, ImplicitSession, TokenSession
from aiovk.exceptions import VkAPIError, VkAuthError
from aiovk.longpoll import BotsLongPoll, UserLongPoll
from aiovk.pools import AsyncVkExecuteRequestPool
from facts import (
    BASE_URL,
    GROUP_ID,
    GROUP_TOKEN,
    LOGIN,
    PASSWORD,
    PROGRAM_ID,
    STRANGER,
    TOKEN,
    USER_ID,
    count_polls,
    friend_token,
    wait_for_poll,
    write_as_friend,
)

TokenSession.REQUEST_URL = f"{BASE_URL}/method/"


async def read_and_write(api: API) -> None:
    """Do what a program of a person's does."""
    assert (await api.users.get())[0]["id"] == USER_ID
    assert 2 in (await api.friends.get())["items"]
    post = await api.wall.post(message="from aiovk <&>")
    [found] = await api("wall.getById", posts=f"{USER_ID}_{post['post_id']}")
    assert found["text"] == "from aiovk <&>"
    message_id = await api.messages.send(user_id=2, message="hello from aiovk", random_id=0)
    assert (await api.messages.getById(message_ids=message_id))["items"][0]["text"] == "hello from aiovk"


async def be_refused(api: API) -> None:
    """See that errors are told as the client tells them."""
    try:
        await api.friends.add(user_id=USER_ID)
    except VkAPIError as error:
        assert error.error_code == 174 and error.params["method"] == "friends.add", error
    else:
        raise AssertionError("a friend request to oneself was accepted")
    async with TokenSession("nonsense") as session:
        try:
            await API(session).users.get()
        except VkAuthError as error:
            assert error.error == "invalid_token"
        else:
            raise AssertionError("a wrong token was accepted")


async def call_at_once() -> None:
    """Put calls into one script; the one that fails gets its own error."""
    async with AsyncVkExecuteRequestPool() as pool:
        me = pool.add_call("users.get", TOKEN, {"user_ids": 1})
        wrong = pool.add_call("wall.get", TOKEN, {"owner_id": 999_999})
        friends = pool.add_call("friends.get", TOKEN, {"count": 1})
        nobody = pool.add_call("users.get", "nonsense")
    assert me.ok and me.result[0]["id"] == 1
    assert wrong.ready is False and wrong.error["error_code"] == 18
    assert friends.ok and len(friends.result["items"]) == 1
    assert nobody.error["error_code"] == 5


async def hear(poll: Any, token: str, text: str, *, peer_id: int = USER_ID) -> list[Any]:
    """Return what a long poll tells when the friend writes."""
    asked = {"access_token": token, "v": "5.199", "peer_id": peer_id, "message": text, "random_id": 0}

    before = await asyncio.to_thread(count_polls)

    async def write() -> None:
        await asyncio.to_thread(wait_for_poll, before)
        if peer_id == USER_ID:
            await asyncio.to_thread(write_as_friend, token, text)
        else:
            await asyncio.to_thread(requests.post, f"{BASE_URL}/method/messages.send", data=asked, timeout=10)

    writing = asyncio.create_task(write())
    told = await asyncio.wait_for(poll.wait(), 30)
    await writing
    return list(told["updates"])


async def log_in() -> None:
    """Fill in the pages, as a program without a secret does."""
    ImplicitSession.AUTH_URL = f"{BASE_URL}/authorize"
    async with ImplicitSession(LOGIN, PASSWORD, PROGRAM_ID, "friends,wall") as session:
        await session.authorize()
        assert (await API(session).users.get())[0]["id"] == USER_ID
    for login, words in ((STRANGER, "password is wrong"), ("lev@dvor.example", "one-time code")):
        async with ImplicitSession(login, PASSWORD, PROGRAM_ID) as session:
            try:
                await session.authorize()
            except VkAuthError as error:
                assert error.error == "invalid_data" and words in error.description, error
            else:
                raise AssertionError("a stranger was let in")


async def main() -> None:
    """Do it all."""
    await log_in()
    token = await asyncio.to_thread(friend_token)
    async with TokenSession(TOKEN) as session:
        api = API(session)
        await read_and_write(api)
        await be_refused(api)
        await call_at_once()
        updates = await hear(UserLongPoll(api, mode=2, wait=10, version=3), token, "for aiovk")
        assert [update[5] for update in updates if update[0] == 4] == ["for aiovk"]
        settings = {"group_id": GROUP_ID, "enabled": 1, "message_new": 1, "api_version": "5.199"}
        assert await api.groups.setLongPollSettings(**settings) == 1
    async with TokenSession(GROUP_TOKEN) as session:
        poll = BotsLongPoll(session, GROUP_ID, wait=10)
        [update] = await hear(poll, token, "for the bot", peer_id=-GROUP_ID)
        assert update["type"] == "message_new" and update["object"]["message"]["text"] == "for the bot"


asyncio.run(main())
print("all is well")
