"""vk_api 11: reads, writes, errors, an upload and the long poll."""

import io
import threading
import time

import requests
import vk_api
from facts import BASE_URL, TOKEN, USER_ID, friend_token, picture, write_as_friend
from requests.adapters import HTTPAdapter
from vk_api.keyboard import VkKeyboard
from vk_api.longpoll import VkEventType, VkLongPoll
from vk_api.upload import VkUpload

vk_api.VkApi.RPS_DELAY = 0  # it waits a third of a second between calls; Dvor does not ask for that


class ToDvor(HTTPAdapter):
    """Sends what is meant for VK's hosts, which are literals in vk_api, to Dvor."""

    def send(self, request: requests.PreparedRequest, *rest: object, **options: object) -> requests.Response:
        request.url = BASE_URL + request.path_url
        return super().send(request, *rest, **options)  # type: ignore[arg-type]


session = requests.Session()
session.mount("https://", ToDvor())
vk_session = vk_api.VkApi(token=TOKEN, session=session)
vk = vk_session.get_api()

assert vk.users.get()[0]["id"] == USER_ID
assert vk.users.get(user_ids="boris", fields="status")[0]["status"]
assert 2 in vk.friends.get()["items"]
assert vk.friends.get(fields="sex")["items"][0]["first_name"]

post_id = vk.wall.post(message="from vk_api <&>")["post_id"]
[post] = vk.wall.getById(posts=f"{USER_ID}_{post_id}")
assert post["text"] == "from vk_api <&>"
assert vk.likes.add(type="post", owner_id=USER_ID, item_id=post_id)["likes"] == 1
assert vk.likes.isLiked(type="post", owner_id=USER_ID, item_id=post_id, user_id=USER_ID)["liked"] == 1
assert vk.newsfeed.get(count=5)["items"]

photo = VkUpload(vk_session).photo_wall(io.BytesIO(picture()))[0]
assert photo["sizes"] and requests.get(photo["sizes"][-1]["url"], timeout=10).content[:2] == b"\xff\xd8"
with_photo = vk.wall.post(attachments=f"photo{photo['owner_id']}_{photo['id']}")["post_id"]
assert vk.wall.get(owner_id=USER_ID, count=1)["items"][0]["attachments"][0]["photo"]["id"] == photo["id"]
assert vk.wall.delete(post_id=with_photo) == 1

message_id = vk.messages.send(user_id=2, message="hello", random_id=77)
assert vk.messages.send(user_id=2, message="hello", random_id=77) == message_id
assert vk.messages.getById(message_ids=message_id)["items"][0]["text"] == "hello"
assert vk.messages.getConversations()["items"][0]["conversation"]["peer"]["id"] == 2
assert vk.messages.getHistory(peer_id=2, count=1)["items"][0]["id"] == message_id

chat_id = vk.messages.createChat(user_ids="2,3", title="from vk_api")
chat = 2_000_000_000 + chat_id
keyboard = VkKeyboard(inline=True)
keyboard.add_button("Yes", payload={"yes": 1})
said = vk.messages.send(
    chat_id=chat_id,
    message="come for tea",
    keyboard=keyboard.get_keyboard(),
    forward_messages=message_id,
    attachment=f"photo{photo['owner_id']}_{photo['id']}",
    random_id=0,
)
[found] = vk.messages.search(q="TEA com", peer_id=chat)["items"]
assert found["id"] == said and found["fwd_messages"][0]["text"] == "hello"
assert found["keyboard"]["buttons"][0][0]["action"]["label"] == "Yes"
assert vk.messages.getHistoryAttachments(peer_id=chat)["items"][0]["attachment"]["photo"]["id"] == photo["id"]
assert vk.messages.edit(peer_id=chat, message_id=said, message="no tea") == 1
assert vk.messages.searchConversations(q="vk_a")["items"][0]["peer"]["id"] == chat
assert {who["member_id"] for who in vk.messages.getConversationMembers(peer_id=chat)["items"]} == {
    USER_ID,
    2,
    3,
}
assert vk.messages.delete(message_ids=said, delete_for_all=1) == {str(said): 1}
assert vk.messages.search(q="tea", peer_id=chat)["count"] == 0

try:
    vk.friends.add(user_id=USER_ID)
except vk_api.exceptions.ApiError as error:
    assert error.code == 174, error
else:
    raise AssertionError("a friend request to oneself was accepted")
try:
    vk_api.VkApi(token="nonsense", session=session).get_api().users.get()
except vk_api.exceptions.ApiError as error:
    assert error.code == 5, error
else:
    raise AssertionError("a wrong token was accepted")

long_poll = VkLongPoll(vk_session, wait=10)
token = friend_token()
threading.Thread(target=lambda: (time.sleep(0.3), write_as_friend(token, 'a < b & "c"\nd'))).start()
for event in long_poll.listen():
    if event.type == VkEventType.MESSAGE_NEW and event.to_me:
        assert event.message == 'a < b & "c"\nd', event.message
        assert event.user_id == 2
        break
print("all is well")
