"""Documents from the upload to the file that is saved: addresses, receipts, attachments, headers."""

from typing import Any

from dvor.cli.drawings import draw_courtyard
from tests.dialects.vk.conftest import CastClient
from tests.media.test_sounds import opus

PAGE = b"<script>alert(1)</script>"


async def send(
    client: CastClient,
    data: bytes = PAGE,
    name: str = "Страница.html",
    who: str = "anna",
    server: str = "docs.getUploadServer",
    **asked: Any,
) -> tuple[int, dict[str, Any]]:
    """Ask for an address and send a file there."""
    url = (await client.get(server, who, **asked))["upload_url"]
    answer = await client.http.post(url, files={"file": (name, data, "text/html")})
    return answer.status_code, answer.json()


async def save(client: CastClient, who: str = "anna", title: str | None = None, **sent: Any) -> Any:
    """Upload and save a document."""
    status, receipt = await send(client, who=who, **sent)
    assert status == 200, receipt
    return (await client.get("docs.save", who, file=receipt["file"], title=title))["doc"]


async def test_a_file_is_given_back_to_be_saved_and_not_run(cast_client: CastClient) -> None:
    saved = await save(cast_client)
    assert (saved["title"], saved["ext"], saved["type"], saved["size"]) == ("Страница.html", "html", 1, 25)
    got = await cast_client.http.get(saved["url"])
    assert got.content == PAGE
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith("attachment; filename*=utf-8''%D0%A1")
    assert "sandbox" in got.headers["content-security-policy"]
    part = await cast_client.http.get(saved["url"], headers={"range": "bytes=1-6"})
    assert (part.status_code, part.content) == (206, b"script")


async def test_only_the_key_opens_a_file(cast_client: CastClient) -> None:
    saved = await save(cast_client)
    url = saved["url"]
    for wrong in (
        url.replace(saved["access_key"], "0" * 18),
        url.replace("/1_", "/2_"),
        "/documents/99999999999_1_x/a",
        "/documents/1_9999999999999999_x/a",
        "/documents/",
        "/documents/zzz",
    ):
        assert (await cast_client.http.get(wrong)).status_code == 404, wrong
    assert (await cast_client.http.post(url)).status_code == 404
    [name] = [
        one.name for one in cast_client.courtyard.files.folder.glob("*/*/*") if one.stat().st_size == 25
    ]
    assert (await cast_client.http.get(f"/files/{name}")).status_code == 404, "not by its content either"
    await cast_client.get("docs.delete", doc_id=saved["id"])
    assert (await cast_client.http.get(url)).status_code == 404


async def test_titles_cannot_break_the_header(cast_client: CastClient) -> None:
    for title, name in (
        ('a"b\r\nx: y', "filename*=utf-8''abx%20y.html"),
        ("../../x", 'filename="....x.html"'),
    ):
        saved = await save(cast_client, title=title)
        got = await cast_client.http.get(saved["url"])
        assert got.status_code == 200
        assert got.headers["content-disposition"] == f"attachment; {name}"
        assert "x" not in got.headers


async def test_a_picture_has_a_preview(cast_client: CastClient) -> None:
    saved = await save(cast_client, data=draw_courtyard(), name="a.png")
    sizes = saved["preview"]["photo"]["sizes"]
    assert [one["type"] for one in sizes][:2] == ["s", "m"]
    assert (await cast_client.http.get(sizes[0]["src"])).headers["content-type"] == "image/jpeg"
    assert (await cast_client.http.get(saved["url"])).headers["content-type"] == "image/png"
    broken = await save(cast_client, data=b"no picture", name="b.png")
    assert "preview" not in broken


async def test_forms_of_the_answer(cast_client: CastClient) -> None:
    _, receipt = await send(cast_client)
    for v, kind in (("5.199", dict), ("5.78", dict), ("5.77", list), (None, list)):
        answer = (await cast_client.ask("docs.save", v=v, file=receipt["file"])).json()["response"]
        assert isinstance(answer, kind), v
    assert answer[0]["folder_id"] == 0
    assert answer[0]["can_manage"] is True
    old = (await cast_client.ask("docs.get", v="4.0")).json()["response"]
    assert (old[0], old[1]["id"]) == (1, answer[0]["id"])
    types = (await cast_client.ask("docs.getTypes", v=None)).json()["response"]["items"]
    assert types == [{"name": "Text files", "count": 1, "type": 1}]
    await cast_client.ask("docs.edit", v=None, doc_id=answer[0]["id"], title="Без меток")
    [one] = await cast_client.get("docs.getById", docs=f"1_{answer[0]['id']}", return_tags=1)
    assert (one["title"], one["tags"]) == ("Без меток", [])
    copy = await cast_client.ask(
        "docs.add", "boris", v=None, owner_id=1, doc_id=one["id"], access_key=one["access_key"]
    )
    assert copy.json()["response"].startswith("2_")


async def test_receipts_are_their_owner_s_and_for_documents(cast_client: CastClient) -> None:
    _, receipt = await send(cast_client)
    assert await cast_client.refuse("docs.save", "boris", file=receipt["file"]) == 121
    photo = (await cast_client.get("photos.getWallUploadServer"))["upload_url"]
    files = {"file": ("a.png", draw_courtyard(), "image/png")}
    for url in (photo.replace("/photo/", "/doc/"), await _document_url(cast_client, "/photo/")):
        answer = await cast_client.http.post(url, files=files)
        assert (answer.status_code, answer.json()["error_code"]) == (400, 121)
    picture = (await cast_client.http.post(photo, files=files)).json()
    both = f"{picture['photo']}.{picture['hash']}"
    assert await cast_client.refuse("docs.save", file=both) == 121
    body, _, signature = receipt["file"].partition(".")
    assert await cast_client.refuse("photos.saveWallPhoto", photo=body, hash=signature) == 121
    status, refused = await send(cast_client, data=b"")
    assert (status, refused["error_code"]) == (400, 121)


async def _document_url(client: CastClient, door: str) -> str:
    url: str = (await client.get("docs.getUploadServer"))["upload_url"]
    return url.replace("/doc/", door)


async def test_a_voice_message(cast_client: CastClient) -> None:
    asked: dict[str, Any] = {"server": "docs.getMessagesUploadServer", "type": "audio_message", "peer_id": 2}
    status, refused = await send(cast_client, data=b"ID3 no Ogg", **asked)
    assert (status, refused["error_code"]) == (400, 105)
    _, receipt = await send(cast_client, data=opus(10, 300, 600, 10, seconds=7), name="a", **asked)
    saved = await cast_client.get("docs.save", file=receipt["file"])
    voice = saved["audio_message"]
    assert (saved["type"], voice["duration"], voice["waveform"]) == ("audio_message", 7, [0, 15, 31, 0])
    got = await cast_client.http.get(voice["link_ogg"])
    assert (got.headers["content-type"], got.content[:4]) == ("audio/ogg", b"OggS")
    for name in ("doc", "audio_message"):
        attachment = f"{name}{voice['owner_id']}_{voice['id']}"
        sent = await cast_client.get("messages.send", user_id=2, random_id=0, attachment=attachment)
        [message] = (await cast_client.get("messages.getById", "boris", message_ids=sent))["items"]
        assert message["attachments"] == [{"type": "audio_message", "audio_message": voice}]
    [listed] = await cast_client.get("docs.getById", docs=f"1_{voice['id']}")
    assert (listed["type"], listed["preview"]["audio_msg"]["duration"]) == (5, 7)
    for kind, count in (("audio_message", 2), ("doc", 0)):
        found = await cast_client.get("messages.getHistoryAttachments", peer_id=2, media_type=kind)
        assert len(found["items"]) == count
    assert (await cast_client.get("docs.get"))["count"] == 0
    assert await cast_client.refuse("docs.getMessagesUploadServer", type="graffiti") == 33


async def test_documents_of_posts_comments_and_messages(cast_client: CastClient) -> None:
    saved = await save(cast_client, server="docs.getWallUploadServer")
    name = f"doc1_{saved['id']}"
    post = await cast_client.get("wall.post", attachments=name)
    [shown] = (await cast_client.get("wall.getById", "boris", posts=f"1_{post['post_id']}"))["items"]
    assert shown["attachments"][0]["doc"]["url"] == saved["url"]
    comment = {"owner_id": 1, "post_id": post["post_id"], "attachments": name}
    assert await cast_client.refuse("wall.createComment", "boris", **comment) == 15, "it is Anna's"
    comment["attachments"] = f"{name}_{saved['access_key']}"
    await cast_client.get("wall.createComment", "boris", **comment)
    [written] = (await cast_client.get("wall.getComments", "clara", owner_id=1, post_id=post["post_id"]))[
        "items"
    ]
    assert written["attachments"][0]["doc"]["id"] == saved["id"]
    sent = await cast_client.get("messages.send", user_id=2, random_id=0, attachment=name)
    [message] = (await cast_client.get("messages.getById", "boris", message_ids=sent))["items"]
    assert message["attachments"][0]["doc"]["title"] == "Страница.html"


async def test_a_community_uploads_and_sends(cast_client: CastClient) -> None:
    group_id = (await cast_client.get("groups.get", filter="admin"))["items"][0]
    saved = await save(cast_client, group_id=group_id)
    assert saved["owner_id"] == -group_id
    assert (await cast_client.get("docs.get", "boris", owner_id=-group_id))["items"][0]["id"] == saved["id"]
    assert await cast_client.refuse("docs.getUploadServer", "fedor", group_id=group_id) in (15, 203)
    own = await save(cast_client, "boris", server="docs.getWallUploadServer", group_id=group_id)
    assert own["owner_id"] == cast_client.ids["boris"], "who does not edit the community shows his own"
