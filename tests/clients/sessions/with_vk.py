"""vk 3: log-in by password, reads, writes, errors, scripts, an upload and the long poll."""

import threading
import time

import requests
import vk
from facts import (
    BASE_URL,
    GROUP_ID,
    LOGIN,
    PASSWORD,
    PROGRAM_ID,
    STRANGER,
    USER_ID,
    friend_token,
    picture,
    write_as_friend,
)
from vk.exceptions import VkAPIError, VkAuthError

vk.API.API_URL = f"{BASE_URL}/method/"
vk.DirectUserAPI.API_URL = f"{BASE_URL}/method/"
vk.DirectUserAPI.AUTHORIZE_URL = f"{BASE_URL}/token"

try:
    vk.DirectUserAPI(user_login=STRANGER, user_password=PASSWORD, v="5.199")
except VkAuthError as error:
    assert "password" in str(error), error
else:
    raise AssertionError("a stranger was let in")
api = vk.DirectUserAPI(user_login=LOGIN, user_password=PASSWORD, scope="offline,wall", v="5.199", lang="ru")

assert api.users.get()[0]["id"] == USER_ID
assert [user["first_name"] for user in api.users.get(user_ids=[1, 2])] == ["Анна", "Борис"]
assert 2 in api.friends.get()["items"]

post_id = api.wall.post(message="from vk <&>")["post_id"]
[post] = api.wall.getById(posts=f"{USER_ID}_{post_id}")["items"]
assert post["text"] == "from vk <&>"
comment_id = api.wall.createComment(owner_id=USER_ID, post_id=post_id, message="indeed")["comment_id"]
assert api.wall.getComments(owner_id=USER_ID, post_id=post_id)["items"][0]["id"] == comment_id
assert api.likes.add(type="post", owner_id=USER_ID, item_id=post_id)["likes"] == 1
assert api.newsfeed.get(count=3)["items"]

server = api.photos.getWallUploadServer()
uploaded = requests.post(server["upload_url"], files={"photo": ("a.jpg", picture())}, timeout=10).json()
[photo] = api.photos.saveWallPhoto(**uploaded)
assert api.wall.post(attachments=[f"photo{photo['owner_id']}_{photo['id']}"])["post_id"]
assert api.wall.get(count=1)["items"][0]["attachments"][0]["photo"]["id"] == photo["id"]

message_id = api.messages.send(user_id=2, message="hello from vk", random_id=0)
assert api.messages.getHistory(user_id=2, count=1)["items"][0]["id"] == message_id
assert api.execute(code='return [API.users.get({"user_ids": 2})@.id, API.wall.getById({})];') == [[2], False]

poll = api.messages.getLongPollServer(lp_version=3)
friend = friend_token()
threading.Thread(target=lambda: (time.sleep(0.2), write_as_friend(friend, "for vk"))).start()
asked = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 10, "mode": 2, "version": 3}
heard = requests.get(f"https://{poll['server']}", params=asked, timeout=20).json()
assert [update[5] for update in heard["updates"] if update[0] == 4] == ["for vk"], heard

try:
    api.friends.add(user_id=USER_ID)
except VkAPIError as error:
    assert error.code == 174 and error.request_params["method"] == "friends.add", error
else:
    raise AssertionError("a friend request to oneself was accepted")
try:
    vk.API(access_token="nonsense", v="5.199").users.get()
except VkAPIError as error:
    assert error.is_access_token_incorrect(), error
else:
    raise AssertionError("a wrong token was accepted")
# the same log-in as a program does it that fills in the pages
for kind in (vk.UserAPI, vk.CommunityAPI):
    kind.API_URL, kind.AUTHORIZE_URL = f"{BASE_URL}/method/", f"{BASE_URL}/authorize"
program = {"client_id": PROGRAM_ID, "scope": "wall,messages", "v": "5.199"}
try:
    vk.UserAPI(STRANGER, PASSWORD, **program)
except VkAuthError as error:
    assert "password" in str(error), error
else:
    raise AssertionError("a stranger was let in")
api = vk.UserAPI(LOGIN, PASSWORD, **program)
assert api.users.get()[0]["id"] == USER_ID
assert api.wall.post(message="from a program")["post_id"]
try:
    api.friends.add(user_id=2)
except VkAPIError as error:
    assert error.code == 7, error
else:
    raise AssertionError("a right was used that nobody has given")
community = vk.CommunityAPI(LOGIN, PASSWORD, group_ids=[GROUP_ID], **program)
assert community.users.get() == [] and community.groups.getById()["groups"][0]["id"] == GROUP_ID
print("all is well")
