"""vkx 0.2: typed calls gathered into scripts, pages gathered into one, an upload, both long polls."""

import asyncio
from typing import Any

import requests
from facts import BASE_URL, GROUP_ID, GROUP_TOKEN, TOKEN, USER_ID, friend_token, picture, write_as_friend
from vkx import BotsLongPoll, LongPoll, MemoryStore, TokenSourceError, VKClient, VKError
from vkx.models.events.callback_events import MessageNewCallbackEvent
from vkx.models.events.user_events import MessageNewEvent
from vkx.models.objects import Keyboard, KeyboardButton


def connect(token: str) -> VKClient:
    """Return a client that goes to Dvor, keeps nothing on disk, and waits for no limit of VK's."""
    return VKClient(tokens=token, base_api_url=BASE_URL, store=MemoryStore(), interval=0.02)


async def read_and_write(vk: VKClient) -> None:
    """Do what a program of a person's does; calls made at once go into one script."""
    await vk.probe()
    assert vk.user_id == USER_ID and not vk.is_group and vk.permissions
    [me], friends, [two] = await asyncio.gather(
        vk.users.get(fields=["photo_50", "city", "sex"]), vk.friends.get(), vk.users.get(user_ids=[2])
    )
    assert (me.id, me.first_name) == (USER_ID, "Анна") and me.city.title
    assert 2 in friends.items and two.id == 2
    post = await vk.wall.post(message="from vkx")
    found = await vk.call(
        "wall.getById", posts=[f"{USER_ID}_{post.post_id}"]
    )  # its model of a post has no text
    assert found["items"][0]["text"] == "from vkx"
    assert len((await vk.database.get_countries(need_all=True, count=150)).items) == 150
    [photo] = await vk.upload.photo_to_wall(picture())
    assert (await vk.wall.post(attachments=photo.as_att)).post_id
    wall = await vk.call("wall.get", owner_id=USER_ID, count=1)
    assert wall["items"][0]["attachments"][0]["photo"]["id"] == photo.id


async def send(vk: VKClient) -> None:
    """Send a message, which is answered with both of its numbers."""
    [[sent]] = await vk.messages.send(peer_id=2, message="**hello** from vkx", random_id=0)
    [message] = (await vk.messages.get_by_id(message_ids=[sent.message_id])).items
    assert message.conversation_message_id == sent.cmid
    assert message.text == "hello from vkx"
    assert [(part.type, part.length) for part in message.format_data.items] == [("bold", 5)]


async def be_refused(vk: VKClient) -> None:
    """See that errors are told, in a script too."""
    try:
        await vk.friends.add(user_id=USER_ID)
    except VKError as error:
        assert error.code == 174, error
    else:
        raise AssertionError("a friend request to oneself was accepted")
    wrong = connect("nonsense")
    try:
        await wrong.users.get()
    except TokenSourceError:
        pass
    else:
        raise AssertionError("a wrong token was accepted")
    await wrong.aclose()


async def hear(poll: Any, write: Any, kind: type) -> Any:
    """Return the first event of a kind that comes after somebody has written."""
    async with poll as events:
        await asyncio.sleep(0.3)
        await asyncio.to_thread(write)
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError("the long poll has ended")


async def main() -> None:
    """Do it all."""
    token = await asyncio.to_thread(friend_token)
    vk = connect(TOKEN)
    await read_and_write(vk)
    await send(vk)
    await be_refused(vk)
    told = await asyncio.wait_for(
        hear(LongPoll(vk, wait=10), lambda: write_as_friend(token, "for vkx"), MessageNewEvent), 15
    )
    assert told.object.text == "for vkx", told
    settings = {"group_id": GROUP_ID, "enabled": True, "message_new": True, "api_version": "5.199"}
    await vk.groups.set_long_poll_settings(**settings)
    await vk.aclose()

    def write_to_group() -> None:
        asked = {"access_token": token, "v": "5.199", "peer_id": -GROUP_ID, "message": "tea?", "random_id": 0}
        requests.post(f"{BASE_URL}/method/messages.send", data=asked, timeout=10)

    bot = connect(GROUP_TOKEN)
    await bot.probe()
    assert bot.is_group and bot.group_id == GROUP_ID
    told = await asyncio.wait_for(
        hear(BotsLongPoll(bot, wait=10), write_to_group, MessageNewCallbackEvent), 15
    )
    assert told.object.message.text == "tea?"
    keyboard = Keyboard([[KeyboardButton.callback("Да", payload={"a": 1})]], inline=True)
    [[sent]] = await bot.messages.send(peer_id=2, message="tea!", keyboard=keyboard.to_json(), random_id=0)
    assert sent.message_id and sent.cmid
    await bot.aclose()


asyncio.run(main())
print("all is well")
