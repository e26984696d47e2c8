"""A picture in the same request as the post that shows it."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from dvor.cli.drawings import draw_courtyard
from dvor.store.files import used_bytes
from tests.dialects.vk.conftest import CastClient

PICTURE = ("a.png", draw_courtyard(), "image/png")


async def send(
    client: CastClient,
    who: str = "anna",
    method: str = "wall.post",
    files: dict[str, Any] | None = None,
    **asked: Any,
) -> httpx.Response:
    """Call a method with a multipart form."""
    fields = {"access_token": client.tokens[who], "v": "5.199"} | {k: str(one) for k, one in asked.items()}
    return await client.http.post(f"/method/{method}", data=fields, files=files or {"photo": PICTURE})


async def shown(client: CastClient, owner: int, post: int, who: str = "boris") -> list[Any]:
    """Return the photos of a post."""
    [found] = (await client.get("wall.getById", who, posts=f"{owner}_{post}"))["items"]
    return [one["photo"] for one in found.get("attachments", [])]


async def test_a_post_shows_the_picture_that_came_with_it(cast_client: CastClient) -> None:
    answer = (await send(cast_client, message="Гляньте")).json()["response"]
    [photo] = await shown(cast_client, 1, answer["post_id"])
    assert (photo["owner_id"], photo["album_id"]) == (1, -7)
    assert (await cast_client.http.get(photo["sizes"][-1]["url"])).content[:3] == b"\xff\xd8\xff"
    alone = (await send(cast_client)).json()["response"]
    assert len(await shown(cast_client, 1, alone["post_id"])) == 1, "no words are needed"
    both = (await send(cast_client, attachments=f"photo1_{photo['id']}")).json()["response"]
    assert len(await shown(cast_client, 1, both["post_id"])) == 2


async def test_as_openvk_s_clients_send_it(cast_client: CastClient) -> None:
    query = {"access_token": cast_client.tokens["anna"], "owner_id": "1", "message": "Привет"}
    answer = await cast_client.http.post("/method/Wall.post", params=query, files={"photo": PICTURE})
    assert len(await shown(cast_client, 1, answer.json()["response"]["post_id"])) == 1


async def test_a_community_shows_its_own_photo(cast_client: CastClient) -> None:
    group_id = (await cast_client.get("groups.get", filter="admin"))["items"][0]
    answer = (await send(cast_client, owner_id=-group_id, from_group=1)).json()["response"]
    [photo] = await shown(cast_client, -group_id, answer["post_id"])
    assert (photo["owner_id"], photo["user_id"]) == (-group_id, 1)


async def test_a_guid_makes_one_photo_on_each_wall(cast_client: CastClient) -> None:
    posts = [(await send(cast_client, guid="g")).json()["response"]["post_id"] for _ in range(2)]
    assert posts[0] == posts[1]
    assert (await cast_client.get("photos.get", album_id="wall"))["count"] == 2, "the demo's, and this one"
    [first] = await shown(cast_client, 1, posts[0])
    other = (await send(cast_client, owner_id=2, guid="g")).json()["response"]["post_id"]
    [second] = await shown(cast_client, 2, other)
    boris = (await send(cast_client, "boris", guid="g")).json()["response"]["post_id"]
    [third] = await shown(cast_client, 2, boris)
    assert len({one["access_key"] for one in (first, second, third)}) == 3
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("who", "asked", "files", "code"),
    [
        ("anna", {}, {"photo": ("a.png", b"no picture", "image/png")}, 129),
        ("anna", {}, {"video": ("a.mp4", b"x", "video/mp4")}, 33),
        ("fedor", {"owner_id": 4}, {"photo": PICTURE}, 30),
        ("anna", {}, {"other": PICTURE}, 100),
        ("anna", {}, {"photo": ("a.png", b"", "image/png")}, 100),
    ],
)
async def test_what_is_refused_leaves_nothing(
    cast_client: CastClient, who: str, asked: dict[str, Any], files: dict[str, Any], code: int
) -> None:
    user_id = cast_client.ids[who]
    async with cast_client.courtyard.database.read() as tx:
        before = await used_bytes(tx, user_id)
    answer = (await send(cast_client, who, files=files, **asked)).json()
    assert answer.get("error", {}).get("error_code") in ((code, 214) if code == 30 else (code,)), answer
    async with cast_client.courtyard.database.read() as tx:
        assert await used_bytes(tx, user_id) == before


async def test_only_who_may_post_has_pictures_looked_at(cast_client: CastClient) -> None:
    kept = len(list(cast_client.courtyard.files.folder.glob("*/*/*")))
    cast_client.tokens["nobody"] = "wrong"
    assert (await send(cast_client, "nobody")).json()["error"]["error_code"] == 5
    assert len(list(cast_client.courtyard.files.folder.glob("*/*/*"))) == kept


async def test_only_methods_that_take_pictures_take_large_bodies(
    cast_client: CastClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(cast_client.courtyard.settings, form_limit=2048)
    monkeypatch.setattr(cast_client.courtyard, "settings", settings)
    client = CastClient(cast_client.courtyard, cast_client.ids, cast_client.tokens)
    assert "response" in (await send(client)).json()
    refused = (await send(client, method="users.get")).json()
    assert refused["error"]["error_code"] == 100
    await client.http.aclose()


async def test_a_method_that_takes_no_files_drops_them(cast_client: CastClient) -> None:
    answer = (await send(cast_client, method="users.get")).json()
    assert answer["response"][0]["id"] == 1
