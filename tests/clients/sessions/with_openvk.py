"""openvk 1.8, which speaks OpenVK's form of the API: no `v`, everything by GET."""

import threading
import time

import openvk
import requests
from facts import BASE_URL, HOST, LOGIN, PASSWORD, TOKEN, USER_ID, friend_token, picture, write_as_friend

client = openvk.openvkapi.auth(LOGIN, PASSWORD, instance=HOST)
assert client["id"] == USER_ID

assert openvk.account.get_profile(client)["response"]["first_name"]
assert openvk.account.get_info(client)["response"]["2fa_required"] == 0
assert openvk.account.set_online(client, 1).json()["response"] == 1
assert openvk.account.get_permissions(client)["response"] > 0
counters = set(openvk.account.get_counters(client)["response"])  # those of which there are any at the moment
assert "friends" in counters and counters <= {"friends", "messages", "notifications"}, counters
assert openvk.users.get(client, 2)["response"][0]["is_closed"] == 0
friends = openvk.friends.get(client, USER_ID)["response"]["items"]
assert friends and all(isinstance(friend, dict) for friend in friends)
assert openvk.friends.add(client, USER_ID)["error_code"] == 174

post_id = openvk.wall.post(client, USER_ID, "from openvk")["response"]["post_id"]
assert openvk.wall.get_post(client, f"{USER_ID}_{post_id}")["response"]["items"][0]["text"] == "from openvk"
assert openvk.wall.get(client, USER_ID)["response"]["items"][0]["copy_history"] == []
assert openvk.likes.add(client, USER_ID, post_id)["response"]["likes"] == 1
assert openvk.likes.is_liked(client, USER_ID, USER_ID, post_id)["response"]["liked"] == 1
assert openvk.likes.delete(client, USER_ID, post_id)["response"]["likes"] == 0
assert openvk.news_feed.get(client)["response"]["items"]

assert openvk.wall.repost(client, f"wall{USER_ID}_{post_id}", "look")["response"]["post_id"] > post_id
assert openvk.users.search(client, "борис")["response"]["items"][0]["id"] == 2
assert openvk.users.get_followers(client, USER_ID)["response"]["count"] >= 0
assert openvk.groups.get(client, USER_ID)["response"]["items"][0]["name"]
assert openvk.friends.remove(client, USER_ID)["error_code"] == 15
assert openvk.friends.get_list(client)["response"]["count"] >= 0

message_id = openvk.messages.send(client, 2, "hello")["response"]
assert openvk.messages.get_history(client, 2)["response"]["items"][0]["id"] == message_id
assert openvk.messages.get_conversations(client)["response"]["items"]
assert openvk.messages.restore(client, message_id)["error_code"] == 100, "it sends messages_ids"
assert openvk.messages.get_long_poll_history(client)["response"]["messages"]["items"]
assert openvk.ovk.about_instance(client)["response"]["statistics"]["users_count"] > 1
assert openvk.ovk.test(client)["response"]["authorized"] is True
assert openvk.ovk.version(client)["response"].startswith("Dvor")
assert openvk.ovk.chicken_wings(client)["response"]
assert openvk.utils.get_server_time(client)["response"] > 0
refused = requests.get(f"{BASE_URL}/method/Account.getCounters", timeout=10)
assert refused.status_code == 400 and refused.json()["error_code"] == 5

# the client itself has neither uploads nor a long poll loop; its form of the API does
server = requests.get(
    f"{BASE_URL}/method/Photos.getWallUploadServer?access_token={TOKEN}", timeout=10
).json()["response"]
uploaded = requests.post(server["upload_url"], files={"photo": ("a.jpg", picture())}, timeout=10).json()
saved = {"photo": uploaded["photo"], "hash": uploaded["hash"], "access_token": TOKEN}
[photo] = requests.get(f"{BASE_URL}/method/Photos.saveWallPhoto", params=saved, timeout=10).json()["response"]
assert photo["sizes"]

poll = openvk.messages.get_long_poll_server(client)["response"]
assert poll["server"].startswith("https://")
token = friend_token()
threading.Thread(target=lambda: (time.sleep(0.3), write_as_friend(token, "for openvk"))).start()
asked = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 10, "version": 3}
update, *_ = requests.get(poll["server"], params=asked, timeout=20).json()["updates"]
assert update[0] == 4 and update[3] == 2 and update[5] == "for openvk"
print("all is well")
