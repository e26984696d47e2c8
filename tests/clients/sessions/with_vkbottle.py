"""vkbottle 4: log-in, typed reads and writes, uploads and the long poll."""

import asyncio

import vkbottle
from facts import (
    BASE_URL,
    LOGIN,
    PASSWORD,
    STRANGER,
    USER_ID,
    count_polls,
    friend_token,
    picture,
    voice,
    wait_for_poll,
    write_as_friend,
)
from vkbottle.exception_factory import VKAPIError
from vkbottle.polling import UserPolling
from vkbottle.tools import (
    DocMessagesUploader,
    PhotoMessageUploader,
    PhotoToAlbumUploader,
    PhotoWallUploader,
    VoiceMessageUploader,
)
from vkbottle.tools.auth import AuthError, UserAuth

vkbottle.API.API_URL = f"{BASE_URL}/method/"
UserAuth.AUTH_URL = f"{BASE_URL}/token"


async def log_in() -> vkbottle.API:
    try:
        await UserAuth().get_token(STRANGER, PASSWORD)
    except AuthError:
        pass
    else:
        raise AssertionError("a stranger was let in")
    return vkbottle.API(await UserAuth().get_token(LOGIN, PASSWORD))


async def read_and_write(api: vkbottle.API) -> None:
    [me] = await api.users.get(fields=["status", "city", "last_seen", "counters"])  # type: ignore[list-item]
    assert me.id == USER_ID and me.city is not None and me.city.title
    assert 2 in (await api.friends.get()).items
    post = await api.wall.post(message="from vkbottle")
    found = await api.wall.get_by_id(posts=[f"{USER_ID}_{post.post_id}"])
    assert found.items and found.items[0].text == "from vkbottle"
    assert (await api.likes.add(type="post", owner_id=USER_ID, item_id=post.post_id)).likes == 1  # type: ignore[arg-type]
    assert (await api.newsfeed.get(count=5)).items
    sent = await api.messages.send(peer_ids=[2, 3], message="hello both", random_id=0)
    assert [row.peer_id for row in sent] == [2, 3]
    assert (await api.messages.get_conversations(count=5)).items
    assert (await api.messages.get_history(peer_id=2)).items[0].text == "hello both"
    found = await api.messages.search(q="hello bot", peer_id=3, count=5)
    assert [message.text for message in found.items] == ["hello both"]
    try:
        await api.friends.add(user_id=USER_ID)
    except VKAPIError[174]:
        pass
    else:
        raise AssertionError("a friend request to oneself was accepted")


async def upload(api: vkbottle.API) -> None:
    attachment = await PhotoWallUploader(api).upload(picture())
    assert isinstance(attachment, str) and attachment.startswith(f"photo{USER_ID}_"), attachment
    await api.wall.post(attachments=[attachment])
    wall = await api.wall.get(owner_id=USER_ID, count=1)
    assert wall.items[0].attachments
    album = await api.photos.create_album(title="from vkbottle")
    assert len(await PhotoToAlbumUploader(api).upload(album.id, [picture(), picture()])) == 2
    assert (await api.photos.get(owner_id=USER_ID, album_id=str(album.id))).count == 2
    sent = [
        await PhotoMessageUploader(api).upload(picture(), peer_id=2),
        await DocMessagesUploader(api).upload(b"to Boris", peer_id=2, title="letter.txt"),
    ]
    spoken = await VoiceMessageUploader(api).upload(voice(), peer_id=2, title="voice")
    await api.messages.send(peer_ids=[2], attachment=",".join(sent), random_id=0)  # type: ignore[arg-type]
    await api.messages.send(peer_ids=[2], attachment=spoken, random_id=0)  # type: ignore[arg-type]
    shown = (await api.messages.get_history(peer_id=2, count=2)).items
    assert [[one.type.value for one in message.attachments] for message in shown] == [
        ["audio_message"],
        ["photo", "doc"],
    ]


async def poll(api: vkbottle.API) -> None:
    token = await asyncio.to_thread(friend_token)

    before = await asyncio.to_thread(count_polls)

    async def write() -> None:
        await asyncio.to_thread(wait_for_poll, before)
        await asyncio.to_thread(write_as_friend, token, "for vkbottle")

    writing = asyncio.create_task(write())
    async for answer in UserPolling(api, wait=10).listen():
        messages = [update for update in answer["updates"] if update[0] == 4 and not update[2] & 2]
        if messages:
            [message] = (await api.messages.get_by_id(message_ids=[messages[0][1]])).items
            assert message.text == "for vkbottle" and message.from_id == 2
            break
    await writing


async def main() -> None:
    api = await log_in()
    await read_and_write(api)
    await upload(api)
    await asyncio.wait_for(poll(api), 30)
    await api.http_client.close()
    print("all is well")


asyncio.run(main())
