"""vkbottle 4 as a community's bot by the Callback API: keyboards, a pressed button, a picture, a script of its own."""

import asyncio
import json
from typing import Any

import requests
import vkbottle
from aiohttp import web
from facts import BASE_URL, GROUP_ID, GROUP_TOKEN, TOKEN, friend_token, picture
from vkbottle import Callback, GroupEventType, GroupTypes, Keyboard, KeyboardButtonColor
from vkbottle.bot import Bot, Message
from vkbottle.callback import BotCallback
from vkbottle.tools import Formatter, PhotoMessageUploader, vkscript

vkbottle.API.API_URL = f"{BASE_URL}/method/"
answered, pressed = asyncio.Event(), asyncio.Event()


@vkscript
def count_friends(api, ids=()):
    """Return how many friends each has."""
    found = []
    for i in ids:
        friends = api.friends.get(user_id=i)
        if friends.count > 0:
            found.append(friends.count)
    return {"counts": found}


def make_bot(url: str) -> Bot:
    """Return a bot that offers tea with a button, and answers its press."""
    bot = Bot(token=GROUP_TOKEN, callback=BotCallback(url=url, title="vkbottle", secret_key="ofthebot"))

    @bot.on.message(text="Чай, <name>?")
    async def offer(message: Message, name: str) -> None:
        keyboard = Keyboard(inline=True)
        keyboard.add(Callback("Да", {"tea": 1}), color=KeyboardButtonColor.POSITIVE)
        photo = await PhotoMessageUploader(bot.api).upload(picture(), peer_id=message.peer_id)
        tea = Formatter("Чай, {:bold}!").format(name)
        formats = json.dumps(tea.format_data)  # its own raw_format_data is bytes where orjson is installed
        await message.answer(str(tea), format_data=formats, keyboard=keyboard.get_json(), attachment=photo)
        answered.set()

    @bot.on.raw_event(GroupEventType.MESSAGE_EVENT, GroupTypes.MessageEvent)
    async def pour(event: GroupTypes.MessageEvent) -> None:
        assert event.object.payload == {"tea": 1}
        await bot.api.messages.send_message_event_answer(
            event_id=event.object.event_id,
            user_id=event.object.user_id,
            peer_id=event.object.peer_id,
            event_data=json.dumps({"type": "show_snackbar", "text": "Налит"}),
        )
        pressed.set()

    return bot


async def ask(token: str, method: str, **params: object) -> Any:
    """Call a method with somebody's token."""
    asked = {"access_token": token, "v": "5.199", **params}
    answer = await asyncio.to_thread(requests.post, f"{BASE_URL}/method/{method}", data=asked, timeout=10)
    return answer.json()["response"]


async def serve(bot: Bot, known: dict[str, str]) -> tuple[web.AppRunner, int]:
    """Serve what Dvor calls, as vkbottle's examples do with other frameworks."""

    async def hear(request: web.Request) -> web.Response:
        event = await request.json()
        if event["type"] == "confirmation":
            return web.Response(text=known["code"])
        if event["secret"] == known["secret"]:
            await bot.process_event(event)
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, site._server.sockets[0].getsockname()[1]


async def main() -> None:
    """Set the callback up, let the friend write and press, and see what he gets."""
    person = vkbottle.API(TOKEN)
    counts = (await person.execute(code=count_friends(ids=[1, 2, 3]))).response["response"]["counts"]
    assert len(counts) == 3 and all(counts), counts
    known = {"code": find_code(), "secret": "ofthebot"}
    bot = make_bot("")
    runner, port = await serve(bot, known)
    bot.callback.url = f"http://127.0.0.1:{port}/hook"
    assert await bot.setup_webhook() == (known["code"], "ofthebot")
    server_id = await bot.callback.find_server_id()
    await bot.callback.set_callback_settings(server_id, {"message_event": True})
    assert (await bot.callback.get_callback_settings(server_id))["message_new"]
    for _ in range(600):  # until it has confirmed itself
        [known_server] = await bot.callback.get_callback_servers([server_id])
        if known_server["status"] == "ok":
            break
        await asyncio.sleep(0.05)
    friend = await asyncio.to_thread(friend_token)
    await ask(friend, "messages.send", peer_id=-GROUP_ID, message="Чай, бот?", random_id=0)
    await asyncio.wait_for(answered.wait(), 30)
    [said] = (await ask(friend, "messages.getHistory", peer_id=-GROUP_ID, count=1))["items"]
    assert said["text"] == "Чай, бот!" and said["attachments"][0]["photo"]
    assert said["format_data"]["items"] == [{"type": "bold", "offset": 5, "length": 3}]
    button = said["keyboard"]["buttons"][0][0]["action"]
    asked = {"cmid": said["conversation_message_id"], "payload": button["payload"]}
    await ask(friend, "messages.sendMessageEvent", peer_id=-GROUP_ID, **asked)
    await asyncio.wait_for(pressed.wait(), 30)
    await bot.callback.delete_callback_server(server_id)
    await runner.cleanup()


def find_code() -> str:
    """Return what the address has to answer when it is asked to confirm itself."""
    asked = {"access_token": GROUP_TOKEN, "v": "5.199", "group_id": GROUP_ID}
    answer = requests.post(f"{BASE_URL}/method/groups.getCallbackConfirmationCode", data=asked, timeout=10)
    return str(answer.json()["response"]["code"])


asyncio.run(main())
print("all is well")
