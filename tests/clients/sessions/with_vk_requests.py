"""vk-requests 1.2: log-in by password, reads, writes, scripts and errors."""

import vk_requests
from facts import BASE_URL, LOGIN, PASSWORD, PROGRAM_ID, STRANGER, TOKEN, USER_ID
from vk_requests.exceptions import VkAPIError, VkAuthError
from vk_requests.session import VKSession

VKSession.API_URL = f"{BASE_URL}/method/"
VKSession.DIRECT_AUTHORIZE_URL = f"{BASE_URL}/token"
PROGRAM = {"app_id": 2274003, "client_secret": "of a program"}

try:
    vk_requests.create_api(login=STRANGER, password=PASSWORD, **PROGRAM)
except VkAuthError as error:
    assert "invalid_client" in str(error), error
else:
    raise AssertionError("a stranger was let in")
api = vk_requests.create_api(
    login=LOGIN, password=PASSWORD, scope=["friends", "wall"], api_version="5.131", **PROGRAM
)

assert api.users.get()[0]["id"] == USER_ID
assert [user["id"] for user in api.users.get(user_ids=[1, 2], fields=["sex", "city"])] == [1, 2]
assert 2 in api.friends.get()["items"]
post_id = api.wall.post(message="from vk-requests")["post_id"]
[post] = api.wall.getById(posts=[f"{USER_ID}_{post_id}"])
assert post["text"] == "from vk-requests"
assert api.likes.add(type="post", owner_id=USER_ID, item_id=post_id)["likes"] == 1
message_id = api.messages.send(user_id=2, message="hello from vk-requests", random_id=0)
assert api.messages.getById(message_ids=[message_id])["items"][0]["text"] == "hello from vk-requests"
assert api.messages.getConversations(count=1)["items"][0]["conversation"]["peer"]["id"] == 2
assert api.execute(code="return API.users.get({user_ids: [1, 2]})@.id;") == [1, 2]
try:
    api.execute(code="return API.wall.get({owner_id: 999999});")
except VkAPIError as error:
    assert error.code == 18, error
else:
    raise AssertionError("the error of a call in a script was not told")

# the library's own version, 5.92, and a token that there is already
api = vk_requests.create_api(service_token=TOKEN)
assert api.wall.getById(posts=f"{USER_ID}_{post_id}")[0]["id"] == post_id
try:
    api.friends.add(user_id=USER_ID)
except VkAPIError as error:
    assert error.code == 174, error
else:
    raise AssertionError("a friend request to oneself was accepted")
# as its documentation shows it: the pages are filled in, no secret is needed
VKSession.LOGIN_URL = f"{BASE_URL}/authorize?client_id={PROGRAM_ID}&response_type=token&display=mobile"
VKSession.AUTHORIZE_URL = f"{BASE_URL}/authorize"
api = vk_requests.create_api(app_id=PROGRAM_ID, login=LOGIN, password=PASSWORD, scope=["friends", "wall"])
assert api.users.get()[0]["id"] == USER_ID
try:
    vk_requests.create_api(app_id=PROGRAM_ID, login=STRANGER, password=PASSWORD)
except VkAuthError as error:
    assert "incorrect password" in str(error), error
else:
    raise AssertionError("a stranger was let in")
print("all is well")
