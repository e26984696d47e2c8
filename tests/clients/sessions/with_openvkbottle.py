"""openvkbottle 0.1: log-in, typed reads and writes, an upload, and a person's own bot over the long poll."""

import asyncio

import openvkbottle
from facts import (
    BASE_URL,
    LOGIN,
    PASSWORD,
    STRANGER,
    USER_ID,
    count_polls,
    friend_token,
    picture,
    wait_for_poll,
    write_as_friend,
)
from openvkbottle.tools import PhotoMessageUploader, PhotoWallUploader
from openvkbottle.user import Message, User

openvkbottle.API.API_URL = f"{BASE_URL}/method/"
openvkbottle.UserAuth.AUTH_URL = f"{BASE_URL}/token"


async def log_in() -> str:
    """Return a token; a stranger gets none."""
    try:
        await openvkbottle.UserAuth().get_token(STRANGER, PASSWORD)
    except RuntimeError as error:  # its name for every status but 200
        assert "username_or_password_is_incorrect" in str(error), error
    else:
        raise AssertionError("a stranger was let in")
    return await openvkbottle.UserAuth().get_token(LOGIN, PASSWORD)


async def read_and_write(api: openvkbottle.API) -> None:
    """Do what the client has typed methods for."""
    [me] = await api.users.get(fields=["status", "city"])
    assert me.id == USER_ID and me.city.title
    assert 2 in (await api.friends.get()).items
    post = await api.wall.post(message="from openvkbottle")
    # its typed wall.get_by_id expects the answer of 5.138 to its own 5.86
    found = await api.request("wall.getById", {"posts": f"{USER_ID}_{post.post_id}"})
    assert found["response"][0]["text"] == "from openvkbottle"
    attachment = await PhotoWallUploader(api).upload(picture())
    assert (await api.wall.post(attachments=[attachment])).post_id
    assert (await api.wall.get(owner_id=USER_ID, count=1)).items[0].attachments[0].photo.sizes
    try:
        await api.friends.add(user_id=USER_ID)
    except openvkbottle.VKAPIError[174]:
        pass
    else:
        raise AssertionError("a friend request to oneself was accepted")


async def answer(api: openvkbottle.API) -> None:
    """Answer the friend as the person's own bot does, with what it answers and a picture."""
    person, answered = User(api=api), asyncio.Event()

    @person.on.private_message(text="Привет, <name>")
    async def greet(message: Message, name: str) -> None:
        attachment = await PhotoMessageUploader(api).upload(picture(), peer_id=message.peer_id)
        await message.forward(f"И тебе, {name}", attachment=attachment)
        answered.set()

    token = await asyncio.to_thread(friend_token)
    before = await asyncio.to_thread(count_polls)
    running = asyncio.create_task(person.run_polling())
    await asyncio.to_thread(wait_for_poll, before)
    await asyncio.to_thread(write_as_friend, token, "Привет, openvkbottle")
    await asyncio.wait_for(answered.wait(), 30)
    running.cancel()
    [said] = (await api.messages.get_history(peer_id=2, count=1)).items
    assert said.text == "И тебе, openvkbottle" and said.attachments[0].photo
    assert [quoted.text for quoted in said.fwd_messages] == ["Привет, openvkbottle"]


async def main() -> None:
    """Do it all."""
    api = openvkbottle.API(await log_in())
    await read_and_write(api)
    await answer(api)
    await api.http_client.close()


asyncio.run(main())
print("all is well")
