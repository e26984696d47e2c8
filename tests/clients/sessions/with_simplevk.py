"""simplevk 1: a community's bot with commands, arguments, a keyboard, a callback button and an upload."""

import io
import threading

import requests
import to_dvor
from facts import BASE_URL, GROUP_TOKEN, TOKEN, friend_token, picture
from simplevk import Bot, ButtonColor, Integer, Keyboard, Message, MessageEvent, UserID

assert to_dvor.HOSTS
bot = Bot(GROUP_TOKEN)
failed: list[Exception] = []
bot.error_handler = lambda error, _event: failed.append(error)
pressed = threading.Event()


def ask(token: str, method: str, **params: object) -> dict[str, object]:
    """Call a method with somebody's token."""
    asked = {"access_token": token, "v": "5.199", **params}
    return dict(requests.post(f"{BASE_URL}/method/{method}", data=asked, timeout=10).json())


@bot.on.command(name="ping")
def ping() -> str:
    """Answer as short as can be."""
    return "Pong!"


@bot.on.command(name="чай")
def tea(event: Message, guest: UserID, cups: Integer) -> None:
    """Offer tea to somebody, with a picture and a button."""
    keyboard = Keyboard(inline=True).add_callback("Да", payload={"cmd": "yes"}, color=ButtonColor.POSITIVE)
    [photo] = bot.uploader.photo_messages(io.BytesIO(picture()), peer_id=event.peer_id)
    sent = event.answer(
        f"{guest} - {cups}", keyboard=keyboard, attachment=f"photo{photo['owner_id']}_{photo['id']}"
    )
    assert sent.conversation_message_id > 0


@bot.on.message_event(payload={"cmd": "yes"})
def pour(event: MessageEvent) -> None:
    """Tell whoever has pressed the button."""
    event.show_snackbar("Чай налит")
    pressed.set()


def hear(text: str) -> dict[str, object]:
    """Let the friend write, and return what the bot answers."""
    sent = ask(friend, "messages.send", peer_id=-bot.group_id, message=text, random_id=0)["response"]
    for _ in range(100):
        asked = {"peer_id": -bot.group_id, "count": 1}
        [last] = ask(friend, "messages.getHistory", **asked)["response"]["items"]
        if last["id"] != sent:
            return last
        threading.Event().wait(0.05)
    raise AssertionError(f"no answer to {text}: {failed}")


assert bot.session.get_id() == -bot.group_id, (
    "users.get answers nothing to a community, groups.getById itself"
)
settings = {"group_id": bot.group_id, "enabled": 1, "message_new": 1, "message_event": 1}
assert ask(TOKEN, "groups.setLongPollSettings", **settings) == {"response": 1}
friend = friend_token()
bot.start_listen(join_lp=False, print_banner=False)
assert hear("ping")["text"] == "Pong!"
offered = hear("чай [id1|Анна] 2")
assert offered["text"] == "1 - 2" and offered["attachments"][0]["photo"]["sizes"]
button = offered["keyboard"]["buttons"][0][0]["action"]
asked = {"peer_id": -bot.group_id, "cmid": offered["conversation_message_id"]}
event_id = ask(friend, "messages.sendMessageEvent", payload=button["payload"], **asked)
assert "response" in event_id, event_id
assert pressed.wait(10), failed
assert not failed, failed
print("all is well")
