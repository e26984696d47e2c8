"""vk_api 11 as a community's bot: hears by the bots long poll, answers with a keyboard; and scripts."""

import json
import threading
import time

import requests
import vk_api
from facts import BASE_URL, GROUP_ID, GROUP_TOKEN, TOKEN, USER_ID, friend_token
from requests.adapters import HTTPAdapter
from vk_api.bot_longpoll import VkBotEventType, VkBotLongPoll
from vk_api.execute import VkFunction
from vk_api.keyboard import VkKeyboard, VkKeyboardColor
from vk_api.tools import VkTools

vk_api.VkApi.RPS_DELAY = 0  # it waits a third of a second between calls; Dvor does not ask for that


class ToDvor(HTTPAdapter):
    """Sends what is meant for VK's hosts, which are literals in vk_api, to Dvor."""

    def send(self, request: requests.PreparedRequest, *rest: object, **options: object) -> requests.Response:
        if not request.url.startswith(BASE_URL):
            request.url = BASE_URL + request.path_url
        return super().send(request, *rest, **options)  # type: ignore[arg-type]


def connect(token: str) -> vk_api.VkApi:
    """Return a session of vk_api's with a token."""
    session = requests.Session()
    session.mount("https://", ToDvor())
    return vk_api.VkApi(token=token, session=session)


person, bot = connect(TOKEN), connect(GROUP_TOKEN)
person.method("groups.setLongPollSettings", {"group_id": GROUP_ID, "enabled": 1, "message_new": 1})
poll = VkBotLongPoll(bot, GROUP_ID, wait=10)


def write_soon() -> None:
    """Let the friend write to the community once it listens."""
    time.sleep(0.5)
    asked = {
        "access_token": friend_token(),
        "v": "5.199",
        "peer_id": -GROUP_ID,
        "message": "Старт",
        "random_id": 0,
    }
    requests.post(f"{BASE_URL}/method/messages.send", data=asked, timeout=10)


threading.Thread(target=write_soon).start()
for event in poll.listen():
    if event.type == VkBotEventType.MESSAGE_NEW and event.from_user and event.message.text == "Старт":
        break
keyboard = VkKeyboard(inline=True)
keyboard.add_callback_button("Да", color=VkKeyboardColor.POSITIVE, payload={"yes": 1})
keyboard.add_line()
keyboard.add_openlink_button("Сайт", link="https://dvor.example")
sent = bot.method(
    "messages.send",
    {
        "peer_id": event.message.peer_id,
        "message": "Привет",
        "random_id": 0,
        "keyboard": keyboard.get_keyboard(),
    },
)
[kept] = bot.method("messages.getById", {"message_ids": sent})["items"]
assert kept["keyboard"]["inline"]
assert json.loads(kept["keyboard"]["buttons"][0][0]["action"]["payload"]) == {"yes": 1}
assert bot.method("users.get", {}) == []

add = VkFunction(args=("x", "y"), code="return %(x)s + %(y)s;")
assert add(person, 1, 6) == 7
names = VkFunction(args=("ids",), code="return API.users.get({user_ids: %(ids)s})@.id;")
assert names(person, [1, 2]) == [1, 2]
for _ in range(2):
    person.method(
        "execute", {"code": "var i = 0; while (i < 15) { API.wall.post({message: i}); i = i + 1; }"}
    )
everything = VkTools(person).get_all("wall.get", 10, {"owner_id": USER_ID})
assert everything["count"] == len(everything["items"]) >= 30
with vk_api.VkRequestsPool(person) as pool:
    friends = pool.method("friends.get", {"count": 2})
    wrong = pool.method("wall.get", {"owner_id": 999_999})
assert friends.result["items"]
assert wrong.error["error_code"] == 18
print("all is well")
