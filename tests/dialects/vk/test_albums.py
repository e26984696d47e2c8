"""Albums by API: several pictures at once, the forms of the answers, comments and what bots hear."""

from typing import Any

from dvor.cli.drawings import draw_courtyard
from tests.dialects.vk.conftest import CastClient


async def make_album(client: CastClient, pictures: int = 1, **special: Any) -> tuple[Any, list[Any]]:
    """Make Anna's album, fill it and return both."""
    album = await client.get("photos.createAlbum", **({"title": "Двор"} | special))
    return album, await fill(client, album, pictures, group_id=special.get("group_id"))


async def fill(
    client: CastClient, album: Any, pictures: int, *, v: str | None = "5.199", **asked: Any
) -> Any:
    """Send so many pictures at once and save them."""
    server = await client.get("photos.getUploadServer", album_id=album["id"], **asked)
    files = {f"file{number}": ("a.png", draw_courtyard(), "image/png") for number in range(1, pictures + 1)}
    receipt = (await client.http.post(server["upload_url"], files=files)).json()
    assert isinstance(receipt["photos_list"], str)
    assert receipt["aid"] == receipt["album_id"] == server["album_id"] == album["id"]
    sent = {name: receipt[name] for name in ("photos_list", "hash", "server")}
    answer = await client.ask("photos.save", v=v, album_id=album["id"], **sent, **asked)
    return answer.json()["response"]


async def test_five_pictures_at_once(cast_client: CastClient) -> None:
    album, saved = await make_album(cast_client, 6)
    assert [one["album_id"] for one in saved] == [album["id"]] * 5
    found = await cast_client.get("photos.get", album_id=album["id"], rev=1)
    assert (found["count"], [one["id"] for one in found["items"]]) == (5, [one["id"] for one in saved][::-1])
    everything = await cast_client.get("photos.getAll", no_service_albums=1)
    assert everything["count"] == 5
    assert (
        len((await cast_client.get("photos.get", album_id=album["id"], photo_ids=saved[0]["id"]))["items"])
        == 1
    )


async def test_receipts_are_for_one_album(cast_client: CastClient) -> None:
    one = await cast_client.get("photos.createAlbum", title="1")
    two = await cast_client.get("photos.createAlbum", title="2")
    server = await cast_client.get("photos.getUploadServer", album_id=one["id"])
    files = {"photo1": ("a.png", draw_courtyard(), "image/png"), "photo2": ("b.png", b"none", "image/png")}
    answer = await cast_client.http.post(server["upload_url"], files=files)
    assert (answer.status_code, answer.json()["error_code"]) == (400, 129)
    del files["photo2"]
    receipt = (await cast_client.http.post(server["upload_url"], files=files)).json()
    asked = {"photos_list": receipt["photos_list"], "hash": receipt["hash"]}
    assert await cast_client.refuse("photos.save", album_id=two["id"], **asked) == 121
    assert await cast_client.refuse("photos.save", "boris", album_id=one["id"], **asked) == 121
    wall = {"photo": receipt["photos_list"], "hash": receipt["hash"]}
    assert await cast_client.refuse("photos.saveWallPhoto", **wall) == 121


async def test_forms_of_the_answers(cast_client: CastClient) -> None:
    album, _ = await make_album(cast_client, 1, privacy_view="friends", privacy_comment="only_me")
    assert (album["privacy_view"], album["privacy_comment"]) == (
        {"category": "friends"},
        {"category": "only_me"},
    )
    saved = await fill(cast_client, album, 1, v=None)
    assert (saved["count"], len(saved["items"])) == (1, 1)
    plain = await cast_client.get("photos.getAlbums")
    assert [one["id"] for one in plain["items"]] == [album["id"]]
    assert "thumb_src" not in plain["items"][0]
    openvk = (await cast_client.ask("photos.getAlbums", v=None, photo_sizes=1)).json()["response"]["items"]
    assert [one["id"] for one in openvk] == [-7, -6, -15, album["id"]]
    shown = openvk[-1]
    assert (shown["size"], shown["thumb_id"], shown["thumb_is_last"]) == (2, saved["items"][0]["id"], 1)
    assert shown["thumb_src"] in {size["url"] for size in shown["sizes"]}
    for_boris = (await cast_client.get("photos.getAlbums", "boris", owner_id=1))["items"][0]
    assert (for_boris["can_upload"], "privacy_view" in for_boris) == (0, False)
    assert await cast_client.refuse("photos.createAlbum", title="x", privacy_view="list28") == 33


async def test_extended_photos(cast_client: CastClient) -> None:
    album, [photo] = await make_album(cast_client)
    item = {"owner_id": 1, "item_id": photo["id"], "type": "photo"}
    assert (await cast_client.get("likes.add", "boris", **item))["likes"] == 1
    comment = {"owner_id": 1, "photo_id": photo["id"], "message": "Красиво"}
    number = await cast_client.get("photos.createComment", "boris", **comment)
    for method, asked in (
        ("photos.get", {"album_id": album["id"], "owner_id": 1}),
        ("photos.getAll", {"owner_id": 1, "count": 1}),
        ("photos.getById", {"photos": f"1_{photo['id']}"}),
    ):
        answer = await cast_client.get(method, "boris", extended=1, **asked)
        [one] = answer if isinstance(answer, list) else answer["items"]
        assert one["likes"] == {"count": 1, "user_likes": 1}
        assert (one["comments"], one["reposts"], one["can_comment"]) == ({"count": 1}, {"count": 0}, 1)
    page = await cast_client.get("photos.getComments", owner_id=1, photo_id=photo["id"], extended=1)
    assert [(one["id"], one["photo_id"], "post_id" in one) for one in page["items"]] == [
        (number, photo["id"], False)
    ]
    assert [one["id"] for one in page["profiles"]] == [1, cast_client.ids["boris"]]
    reply = {"photo_id": photo["id"], "message": "Спасибо", "reply_to_comment": number}
    await cast_client.get("photos.createComment", **reply)
    everything = await cast_client.get("photos.getAllComments", need_likes=1)
    assert [one["text"] for one in everything["items"]] == ["Спасибо", "Красиво"]
    assert everything["items"][0]["likes"]["count"] == 0


async def test_a_wall_comment_is_not_a_photo_s(cast_client: CastClient) -> None:
    post = (await cast_client.get("wall.post", message="x"))["post_id"]
    number = (await cast_client.get("wall.createComment", post_id=post, message="y"))["comment_id"]
    for method in ("editComment", "deleteComment"):
        assert await cast_client.refuse(f"photos.{method}", comment_id=number, message="z") == 104


async def test_several_photos_are_deleted_together_or_not_at_all(cast_client: CastClient) -> None:
    album, [one, two] = await make_album(cast_client, 2)
    names = f"1_{one['id']},1_{two['id']}"
    assert await cast_client.refuse("photos.delete", photos=f"{names},1_999") == 15
    assert (await cast_client.get("photos.get", album_id=album["id"]))["count"] == 2
    await cast_client.get("photos.delete", photos=names)
    assert (await cast_client.get("photos.get", album_id=album["id"]))["count"] == 0


async def test_a_community_s_bots_hear_of_photos_and_comments(cast_client: CastClient) -> None:
    group_id = (await cast_client.get("groups.get", filter="admin"))["items"][0]
    names = ("photo_new", "photo_comment_new", "photo_comment_delete")
    events: dict[str, Any] = dict.fromkeys(names, 1)
    await cast_client.get("groups.setLongPollSettings", group_id=group_id, enabled=1, **events)
    poll = await cast_client.get("groups.getLongPollServer", group_id=group_id)
    album, [photo] = await make_album(cast_client, group_id=group_id)
    assert (album["owner_id"], album["upload_by_admins_only"], photo["user_id"]) == (-group_id, 1, 1)
    asked = {"owner_id": -group_id, "photo_id": photo["id"], "message": "x", "from_group": 1}
    number = await cast_client.get("photos.createComment", **asked)
    ask = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 0}
    updates = (await cast_client.http.get(poll["server"], params=ask)).json()["updates"]
    assert [one["type"] for one in updates] == ["photo_new", "photo_comment_new"]
    assert updates[0]["object"]["id"] == photo["id"]
    assert updates[1]["object"]["from_id"] == -group_id
    assert updates[1]["object"]["photo_owner_id"] == -group_id
    await cast_client.get("photos.deleteComment", owner_id=-group_id, comment_id=number)
    updates = (await cast_client.http.get(poll["server"], params=ask)).json()["updates"]
    assert updates[-1]["object"]["photo_id"] == photo["id"]


async def test_a_key_opens_what_only_its_owner_sees(cast_client: CastClient) -> None:
    _, [photo] = await make_album(cast_client, privacy_view="only_me")
    asked = {"owner_id": 1, "photo_id": photo["id"]}
    item = {"owner_id": 1, "item_id": photo["id"], "type": "photo"}
    key = {"access_key": photo["access_key"]}
    assert await cast_client.refuse("photos.getComments", "boris", **asked) == 15
    assert await cast_client.refuse("likes.add", "boris", **item) == 100
    assert await cast_client.get("photos.createComment", "boris", message="x", **asked, **key)
    assert (await cast_client.get("photos.getComments", "boris", **asked, **key))["count"] == 1
    assert (await cast_client.get("likes.add", "boris", **item, **key))["likes"] == 1
    assert (await cast_client.get("likes.delete", "boris", **item, **key))["likes"] == 0


async def test_old_versions_name_every_size(cast_client: CastClient) -> None:
    for v, members in (
        ("5.199", ()),
        ("5.76", ("photo_604",)),
        ("4.0", ("photo_604", "src_big", "pid")),
        (None, ("photo_604", "src_big", "pid")),
    ):
        [photo] = (await cast_client.ask("photos.getById", v=v, photos="1_1")).json()["response"]
        assert {name for name in ("photo_604", "src_big", "pid") if name in photo} == set(members), v
        if members:
            [x] = [size for size in photo["sizes"] if size["type"] == "x"]
            assert photo["photo_604"] in (x.get("url"), x.get("src"))
            assert (photo["width"], photo["height"]) == (
                photo["sizes"][-1]["width"],
                photo["sizes"][-1]["height"],
            )


async def test_a_community_s_bots_hear_of_its_new_picture(cast_client: CastClient) -> None:
    group_id = (await cast_client.get("groups.get", filter="admin"))["items"][0]
    await cast_client.get("groups.setLongPollSettings", group_id=group_id, enabled=1, group_change_photo=1)
    poll = await cast_client.get("groups.getLongPollServer", group_id=group_id)
    server = await cast_client.get("photos.getOwnerPhotoUploadServer", owner_id=-group_id)
    files = {"photo": ("a.png", draw_courtyard(), "image/png")}
    receipt = (await cast_client.http.post(server["upload_url"], files=files)).json()
    sent = {"photo": receipt["photo"], "hash": receipt["hash"], "owner_id": -group_id}
    saved = await cast_client.get("photos.saveOwnerPhoto", **sent)
    ask = {"act": "a_check", "key": poll["key"], "ts": poll["ts"], "wait": 0}
    [update] = (await cast_client.http.get(poll["server"], params=ask)).json()["updates"]
    assert (update["type"], update["object"]["user_id"]) == ("group_change_photo", 1)
    assert update["object"]["photo"]["id"] == saved["photo_id"]
