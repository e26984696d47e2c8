"""The picture of a chat: uploaded, shown, told of, and taken away."""

from dvor.cli.drawings import draw_courtyard
from dvor.store.files import find_files
from tests.dialects.vk.conftest import CastClient

PICTURE = ("a.png", draw_courtyard(), "image/png")


async def make_chat(client: CastClient) -> int:
    return int((await client.get("messages.createChat", user_ids="2", title="Субботник"))["chat_id"])


async def upload(client: CastClient, chat: int, who: str = "anna") -> str:
    url = (await client.get("photos.getChatUploadServer", who, chat_id=chat))["upload_url"]
    answer = (await client.http.post(url, files={"file": PICTURE})).json()
    return str(answer["response"])


async def test_a_chat_has_a_picture_until_it_is_taken_away(cast_client: CastClient) -> None:
    chat = await make_chat(cast_client)
    changed = await cast_client.get("messages.setChatPhoto", file=await upload(cast_client, chat))
    url = changed["chat"]["photo_200"]
    assert (await cast_client.http.get(url)).headers["content-type"] == "image/jpeg"
    [told] = (await cast_client.get("messages.getById", "boris", message_ids=changed["message_id"]))["items"]
    assert told["action"]["type"] == "chat_photo_update"
    assert (await cast_client.get("messages.getChat", "boris", chat_id=chat))["photo_200"] == url
    gone = await cast_client.get("messages.deleteChatPhoto", "boris", chat_id=chat)
    assert "photo_200" not in gone["chat"]
    async with cast_client.courtyard.database.read() as tx:
        assert await find_files(tx, [url.rpartition("/")[2]]) == {url.rpartition("/")[2]}, (
            "Anna's post shows it"
        )


async def test_what_no_chat_shows_any_more_is_forgotten(cast_client: CastClient) -> None:
    chat = await make_chat(cast_client)
    await cast_client.get("photos.delete", photo_id=1)
    before = await cast_client.get("messages.setChatPhoto", file=await upload(cast_client, chat))
    again = await cast_client.get("messages.setChatPhoto", file=await upload(cast_client, chat))
    name = before["chat"]["photo_200"].rpartition("/")[2]
    assert again["chat"]["photo_200"].endswith(name)
    async with cast_client.courtyard.database.read() as tx:
        assert await find_files(tx, [name]) == {name}


async def test_receipts_are_for_one_chat_and_its_members(cast_client: CastClient) -> None:
    chat = await make_chat(cast_client)
    receipt = await upload(cast_client, chat)
    assert await cast_client.refuse("messages.setChatPhoto", "boris", file=receipt) == 121
    body, _, signature = receipt.partition(".")
    assert await cast_client.refuse("photos.saveWallPhoto", photo=body, hash=signature) == 121
    url = (await cast_client.get("photos.getWallUploadServer"))["upload_url"]
    wall = (await cast_client.http.post(url, files={"file": PICTURE})).json()
    assert await cast_client.refuse("messages.setChatPhoto", file=f"{wall['photo']}.{wall['hash']}") == 121
    await cast_client.get("messages.removeChatUser", chat_id=chat, user_id=1)
    assert await cast_client.refuse("messages.setChatPhoto", file=receipt) == 917
