"""openvk-api 0.0.3, which speaks OpenVK's form of the API: no `v`, GET, or POST with the parameters in the address."""

import threading
import time

import httpx
from facts import BASE_URL, LOGIN, PASSWORD, STRANGER, USER_ID, friend_token, picture, write_as_friend
from openvk_api import OpenVkClient
from openvk_api.exceptions import AuthRequired, BadPassword, RawApiError

assert httpx.__version__.startswith("0.23."), "the one that it needs"
OpenVkClient.RPS_DELAY = 0  # it waits half a second between calls

client = OpenVkClient(instance=BASE_URL)
try:
    client.auth_with_password(STRANGER, PASSWORD)
except BadPassword:
    pass
else:
    raise AssertionError("a stranger was let in")
try:
    client.method("Account.getCounters")
except AuthRequired:
    pass
else:
    raise AssertionError("a call without a token was answered")
client.auth_with_password(LOGIN, PASSWORD, client_name="openvk_api")
assert client.check_token() is True
api = client.get_api()

assert api.users.get()[0]["id"] == USER_ID
assert [user["id"] for user in api.users.get(user_ids=[1, 2], fields=["sex", "status"])] == [1, 2]
assert api.account.get_profile_info()["first_name"] == "Анна"
assert {"id", "first_name"} <= set(api.friends.get(user_id=USER_ID)["items"][0])
assert api.ovk.version().startswith("Dvor")

post_id = api.wall.post(owner_id=USER_ID, message="from openvk_api <&>")["post_id"]
[post] = api.wall.get_by_id(posts=f"{USER_ID}_{post_id}")["items"]
assert post["text"] == "from openvk_api &lt;&amp;&gt;", "OpenVK's form escapes texts"
comment_id = api.wall.create_comment(owner_id=USER_ID, post_id=post_id, message="indeed")["comment_id"]
assert api.wall.get_comments(owner_id=USER_ID, post_id=post_id)["items"][0]["id"] == comment_id
assert api.likes.add(type="post", owner_id=USER_ID, item_id=post_id)["likes"] == 1
assert api.newsfeed.get(count=3)["items"]

uploaded = client.session.post(
    api.photos.get_wall_upload_server()["upload_url"], files={"photo": ("a.jpg", picture())}
).json()
[photo] = api.photos.save_wall_photo(photo=uploaded["photo"], hash=uploaded["hash"])
with_photo = {"owner_id": USER_ID, "attachments": f"photo{photo['owner_id']}_{photo['id']}"}
assert client.method("Wall.post", with_photo, http_method="POST")["post_id"] > post_id

message_id = api.messages.send(user_id=2, message="hello from openvk_api")
assert api.messages.get_history(user_id=2, count=1)["items"][0]["id"] == message_id
poll = api.messages.get_long_poll_server()
token = friend_token()
threading.Thread(target=lambda: (time.sleep(0.2), write_as_friend(token, "for openvk_api"))).start()
asked = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 10, "version": 3}
update, *_ = client.session.get(poll["server"], params=asked, timeout=20).json()["updates"]
assert update[0] == 4 and update[5] == "for openvk_api"

try:
    api.friends.add(user_id=USER_ID)
except RawApiError as error:
    assert error["error_code"] == 174, error.response
else:
    raise AssertionError("a friend request to oneself was accepted")
print("all is well")
