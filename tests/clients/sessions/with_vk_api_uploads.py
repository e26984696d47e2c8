"""vk_api 11: albums and their photos, photos of messages and of a profile, documents and a voice message."""

import io

import requests
import to_dvor
import vk_api
from facts import TOKEN, USER_ID, picture, voice
from vk_api.upload import VkUpload

assert to_dvor.HOSTS
vk_api.VkApi.RPS_DELAY = 0  # it waits a third of a second between calls; Dvor does not ask for that
session = vk_api.VkApi(token=TOKEN)
vk, upload = session.get_api(), VkUpload(session)


def named(data: bytes, name: str) -> io.BytesIO:
    """Return a file that has a name."""
    file = io.BytesIO(data)
    file.name = name
    return file


album = vk.photos.createAlbum(title="from vk_api")
photos = upload.photo([io.BytesIO(picture()), io.BytesIO(picture())], album_id=album["id"], caption="two")
assert [(photo["album_id"], photo["text"]) for photo in photos] == [(album["id"], "two")] * 2
listed = vk.photos.get(owner_id=USER_ID, album_id=album["id"], extended=1)
assert listed["items"][0]["likes"]["count"] == 0
assert {photo["id"] for photo in listed["items"]} == {photo["id"] for photo in photos}
assert vk.photos.createComment(owner_id=USER_ID, photo_id=photos[0]["id"], message="nice") > 0
assert vk.photos.getComments(owner_id=USER_ID, photo_id=photos[0]["id"])["items"][0]["text"] == "nice"
assert vk.photos.getAlbums()["items"][0]["size"] == 2
assert vk.photos.deleteAlbum(album_id=album["id"]) == 1

[photo] = upload.photo_messages(io.BytesIO(picture()), peer_id=2)
shown = vk.users.get(fields="photo_200")[0]["photo_200"]
assert upload.photo_profile(io.BytesIO(picture()))["saved"] == 1
assert vk.users.get(fields="photo_200")[0]["photo_200"] != shown

document = upload.document(named(b"a,b\n1,2\n", "table.csv"), title="Table", tags="tea")["doc"]
assert (document["title"], document["ext"], document["size"]) == ("Table", "csv", 8)
assert vk.docs.get(count=1)["items"][0]["id"] == document["id"]
assert vk.docs.search(q="tabl", search_own=1)["items"][0]["id"] == document["id"]
assert requests.get(document["url"], timeout=10).content == b"a,b\n1,2\n"
on_wall = upload.document_wall(named(b"on a wall", "wall.txt"))["doc"]
post_id = vk.wall.post(attachments=f"doc{on_wall['owner_id']}_{on_wall['id']}")["post_id"]
assert vk.wall.getById(posts=f"{USER_ID}_{post_id}")[0]["attachments"][0]["doc"]["ext"] == "txt"

sent = upload.document_message(named(b"to Boris", "letter.txt"), peer_id=2)["doc"]
heard = upload.audio_message(named(voice(), "voice.ogg"), peer_id=2)["audio_message"]
assert heard["duration"] == 3 and heard["waveform"]
keys = [f"photo{photo['owner_id']}_{photo['id']}", f"doc{sent['owner_id']}_{sent['id']}"]
both = vk.messages.send(peer_id=2, attachment=",".join(keys), random_id=0)
spoken = vk.messages.send(peer_id=2, attachment=f"doc{heard['owner_id']}_{heard['id']}", random_id=0)
shown = vk.messages.getById(message_ids=[both, spoken])["items"]
kinds = {message["id"]: [one["type"] for one in message["attachments"]] for message in shown}
assert kinds == {both: ["photo", "doc"], spoken: ["audio_message"]}
chat_id = vk.messages.createChat(user_ids="2", title="uploads")
assert upload.photo_chat(io.BytesIO(picture()), chat_id)["chat"]["photo_200"]
print("all is well")
