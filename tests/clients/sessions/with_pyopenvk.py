"""pyOpenVk 1.2, which speaks OpenVK's form of the API: no `v`, everything by GET, what was not given as -1."""

import threading
import time

import pyOpenVk
import requests
from facts import HOST, LOGIN, PASSWORD, STRANGER, TOKEN, USER_ID, friend_token, write_as_friend

client = pyOpenVk.api.auth(LOGIN, PASSWORD, instance=HOST)
assert client["id"] == USER_ID
try:
    pyOpenVk.api.auth(STRANGER, PASSWORD, instance=HOST)
except KeyError as error:
    assert error.args == ("access_token",), error
else:
    raise AssertionError("a stranger was let in")
with_token = pyOpenVk.api.auth(instance=HOST, token=TOKEN)
assert pyOpenVk.ovk.test(with_token)["response"]["authorized"] is True

assert pyOpenVk.account.get_profile(client)["response"]["first_name"] == "Анна"
assert pyOpenVk.account.get_info(client)["response"]
assert pyOpenVk.account.set_online(client, 1).json()["response"] == 1
assert pyOpenVk.account.set_online(client, 0).json()["response"] == 1
assert pyOpenVk.account.get_permissions(client)["response"] > 0
assert "messages" in pyOpenVk.account.get_counters(client)["response"]
assert pyOpenVk.ovk.version(client)["response"].startswith("Dvor")
assert pyOpenVk.ovk.about_instance(client)["response"]["statistics"]["users_count"] > 1
assert pyOpenVk.ovk.chicken_wings(client)["response"]
assert pyOpenVk.utils.get_server_time(client) > 0

assert pyOpenVk.users.get(client, 2, fields="sex")[0]["sex"] in (1, 2)
assert pyOpenVk.users.search(client, "борис")["items"][0]["id"] == 2
assert pyOpenVk.users.get_followers(client, 2)["count"] >= 0
friends = pyOpenVk.friends.get(client, USER_ID)["response"]["items"]
assert friends and all(isinstance(friend, dict) for friend in friends)
assert pyOpenVk.friends.add(client, USER_ID)["error_code"] == 174
assert pyOpenVk.groups.get(client, USER_ID)["response"]["count"] >= 1

post_id = pyOpenVk.wall.post(client, USER_ID, "from pyOpenVk")["post_id"]
assert pyOpenVk.wall.get(client, USER_ID, count=1)["items"][0]["id"] == post_id
assert (
    pyOpenVk.wall.get_post(client, f"{USER_ID}_{post_id}", extended=1)["items"][0]["text"] == "from pyOpenVk"
)
assert pyOpenVk.likes.add(client, USER_ID, post_id)["response"]["likes"] == 1
assert pyOpenVk.likes.delete(client, USER_ID, post_id)["response"]["likes"] == 0
asks_to_remove = pyOpenVk.likes.is_liked(client, USER_ID, USER_ID, post_id)
assert asks_to_remove["response"]["likes"] == 0, "what it calls is_liked is Likes.remove"
assert pyOpenVk.news_feed.get(client, count=5)["items"]

message_id = pyOpenVk.messages.send(client, 2, "hello from pyOpenVk")["response"]
assert pyOpenVk.messages.get_history(client, 2)["response"]["items"][0]["id"] == message_id
assert pyOpenVk.messages.get_conversations(client)["response"]["items"]
assert "error_code" in pyOpenVk.messages.delete(client, message_id), (
    "it sends messages_ids, which OpenVK does not know"
)

asked = {"access_token": TOKEN, "question": "Tea?", "add_answers": '["yes","no"]'}
made = requests.get(f"https://{HOST}/method/Polls.create", params=asked, timeout=10).json()["response"]
known = pyOpenVk.polls.get_poll(client, made["id"])["response"]
assert [answer["text"] for answer in known["answers"]] == ["yes", "no"]
vote = pyOpenVk.polls.add_vote(client, made["id"], known["answers"][0]["id"])
assert vote["error_code"] == 100, "it sends answers_ids, which OpenVK does not know either"
assert pyOpenVk.polls.delete_vote(client, made["id"])["response"] == 0

poll = pyOpenVk.messages.get_long_poll_server(client)["response"]
token = friend_token()
threading.Thread(target=lambda: (time.sleep(0.2), write_as_friend(token, "for pyOpenVk"))).start()
asked = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 10, "version": 3}
update, *_ = requests.get(poll["server"], params=asked, timeout=20).json()["updates"]
assert update[0] == 4 and update[5] == "for pyOpenVk"
print("all is well")
