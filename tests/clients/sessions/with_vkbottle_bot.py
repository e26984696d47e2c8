"""vkbottle 4 as a community's bot: a message comes in by the bots long poll and is answered."""

import asyncio

import requests
import vkbottle
from facts import BASE_URL, GROUP_ID, GROUP_TOKEN, TOKEN, count_polls, friend_token, wait_for_poll
from vkbottle.bot import Bot, Message

vkbottle.API.API_URL = f"{BASE_URL}/method/"
SETTINGS = {"group_id": GROUP_ID, "enabled": 1, "message_new": 1, "access_token": TOKEN, "v": "5.199"}
assert requests.post(f"{BASE_URL}/method/groups.setLongPollSettings", data=SETTINGS, timeout=10).json() == {
    "response": 1
}
bot = Bot(token=GROUP_TOKEN)
answered = asyncio.Event()


@bot.on.message(text="Привет, <name>")
async def greet(message: Message, name: str) -> None:
    """Answer a greeting."""
    await message.reply(f"И тебе, {name}")
    answered.set()


def ask(method: str, **params: object) -> dict[str, object]:
    """Call a method as the friend."""
    asked = {"access_token": FRIEND, "v": "5.199", **params}
    return dict(requests.post(f"{BASE_URL}/method/{method}", data=asked, timeout=10).json())


async def main() -> None:
    """Listen, let the friend write, and see what he gets."""
    before = await asyncio.to_thread(count_polls)
    listening = asyncio.create_task(bot.run_polling())
    await asyncio.to_thread(wait_for_poll, before)
    await asyncio.to_thread(ask, "messages.send", peer_id=-GROUP_ID, message="Привет, бот", random_id=0)
    await asyncio.wait_for(answered.wait(), 30)
    history = await asyncio.to_thread(ask, "messages.getHistory", peer_id=-GROUP_ID, count=1)
    [said] = history["response"]["items"]
    assert (said["text"], said["reply_message"]["text"]) == ("И тебе, бот", "Привет, бот")
    listening.cancel()


FRIEND = friend_token()
asyncio.run(main())
print("all is well")
