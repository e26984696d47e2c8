"""openvkbottle 0.1 as a community's bot: a message comes in by the bots long poll and is answered with a keyboard."""

import asyncio

import openvkbottle
import requests
from facts import BASE_URL, GROUP_ID, GROUP_TOKEN, TOKEN, count_polls, friend_token, wait_for_poll
from openvkbottle import BotPolling, Keyboard, Text
from openvkbottle.bot import Bot, Message

openvkbottle.API.API_URL = f"{BASE_URL}/method/"


def ask(token: str, method: str, **params: object) -> dict[str, object]:
    """Call a method with somebody's token."""
    asked = {"access_token": token, "v": "5.199", **params}
    return dict(requests.post(f"{BASE_URL}/method/{method}", data=asked, timeout=10).json())


set_up = ask(TOKEN, "groups.setLongPollSettings", group_id=GROUP_ID, enabled=1, message_new=1)
assert set_up == {"response": 1}
friend = friend_token()
# the number is needed: for want of it the client asks groups.getById of 5.86 and reads the answer of 5.139
bot = Bot(token=GROUP_TOKEN, polling=BotPolling(group_id=GROUP_ID))
answered = asyncio.Event()


@bot.on.message(text="Чай, <name>?")
async def offer(message: Message, name: str) -> None:
    """Offer tea."""
    [user] = await bot.api.users.get(user_ids=[message.from_id])
    keyboard = Keyboard(inline=True).add(Text("Да", {"tea": 1}))
    await message.answer(f"{user.first_name} спросил, {name}", keyboard=keyboard.get_json())
    answered.set()


async def main() -> None:
    """Listen, let the friend write, and see what he gets."""
    before = await asyncio.to_thread(count_polls)
    listening = asyncio.create_task(bot.run_polling())
    await asyncio.to_thread(wait_for_poll, before)
    await asyncio.to_thread(ask, friend, "messages.send", peer_id=-GROUP_ID, message="Чай, бот?", random_id=0)
    await asyncio.wait_for(answered.wait(), 30)
    history = await asyncio.to_thread(ask, friend, "messages.getHistory", peer_id=-GROUP_ID, count=1)
    [said] = history["response"]["items"]
    assert said["text"] == "Борис спросил, бот"
    assert said["keyboard"]["buttons"][0][0]["action"]["label"] == "Да"
    listening.cancel()


asyncio.run(main())
print("all is well")
