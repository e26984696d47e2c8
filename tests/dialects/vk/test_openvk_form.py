"""Without `v` the answers have the members that OpenVK's have.

Facts recorded from OpenVK cff21778 (own install) on 2026-11-20: names of members and kinds of values, no texts.
"""

from typing import Any

import pytest

from tests.dialects.vk.conftest import CastClient

USER = {"id", "first_name", "last_name", "is_closed", "can_access_closed", "online"}
POST = {
    "id",
    "from_id",
    "owner_id",
    "date",
    "post_type",
    "text",
    "copy_history",
    "can_edit",
    "can_delete",
    "can_pin",
    "can_archive",
    "is_archived",
    "is_pinned",
    "is_explicit",
    "attachments",
    "post_source",
    "comments",
    "likes",
    "reposts",
}
MESSAGE = {
    "id",
    "peer_id",
    "user_id",
    "from_id",
    "date",
    "read_state",
    "out",
    "title",
    "body",
    "text",
    "attachments",
    "fwd_messages",
    "emoji",
    "important",
    "deleted",
    "random_id",
}
CONVERSATION = {
    "peer",
    "last_message_id",
    "chat_settings",
    "in_read",
    "out_read",
    "unread_count",
    "is_marked_unread",
    "important",
    "can_write",
}


async def openvk(client: CastClient, method: str, **params: Any) -> Any:
    """Return the answer to a call without `v`."""
    answer = await client.ask(method, v=None, **params)
    assert answer.status_code == 200
    return answer.json()["response"]


async def test_users(cast_client: CastClient) -> None:
    [known, unknown] = await openvk(cast_client, "Users.get", user_ids="2,999999")
    assert known.keys() == USER
    assert (known["is_closed"], known["can_access_closed"]) == (0, 1)
    assert unknown == {"id": 999999, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}


async def test_users_are_told_to_anybody(cast_client: CastClient) -> None:
    assert [user["id"] for user in await openvk(cast_client, "Users.get", who="", user_ids="2")] == [2]
    assert await openvk(cast_client, "Users.get", who="") == []
    assert await openvk(cast_client, "Account.getAppPermissions", who="") > 0


async def test_friends_are_users_by_pages(cast_client: CastClient) -> None:
    whole = (await openvk(cast_client, "Friends.get"))["items"]
    assert all(friend.keys() == USER for friend in whole)
    assert (await openvk(cast_client, "Friends.get", count=2, offset=1))["items"] == whole[2:4]
    assert await openvk(cast_client, "Friends.add", user_id=2) == 2
    assert await openvk(cast_client, "Friends.delete", user_id=2) == 1


async def test_requests_are_users(cast_client: CastClient) -> None:
    [first, *_] = (await openvk(cast_client, "Friends.getRequests"))["items"]
    assert first.keys() == USER | {"user_id"}
    assert first["id"] == first["user_id"]


async def test_posts(cast_client: CastClient) -> None:
    [post] = (await openvk(cast_client, "Wall.get", owner_id=2, count=1))["items"]
    assert post.keys() == POST
    assert {type(post[name]) for name in POST if name.startswith(("can_", "is_"))} == {int}
    [post] = (await openvk(cast_client, "Wall.getById", posts="2_1"))["items"]
    assert post.keys() == POST | {"post_id"}
    assert type(post["can_delete"]) is bool
    [post] = (await openvk(cast_client, "Newsfeed.get", count=1))["items"]
    assert post.keys() >= POST | {"post_id", "type", "source_id"}


async def test_texts_are_escaped(cast_client: CastClient) -> None:
    post_id = (await openvk(cast_client, "Wall.post", owner_id=1, message='a <b> & "c"'))["post_id"]
    [post] = (await openvk(cast_client, "Wall.getById", posts=f"1_{post_id}"))["items"]
    assert post["text"] == 'a &lt;b&gt; &amp; "c"'
    [post] = (await cast_client.get("wall.getById", posts=f"1_{post_id}"))["items"]
    assert post["text"] == 'a <b> & "c"'


async def test_messages(cast_client: CastClient) -> None:
    history = await openvk(cast_client, "Messages.getHistory", user_id=2, count=2)
    assert history["count"] == 2
    assert history["conversations"][0]["peer"] == {"id": 2, "type": "user", "local_id": 2}
    assert all(message.keys() >= MESSAGE for message in history["items"])
    [item, *_] = (await openvk(cast_client, "Messages.getConversations"))["items"]
    assert item["conversation"].keys() >= CONVERSATION
    assert item["last_message"].keys() >= MESSAGE


@pytest.mark.parametrize(
    ("method", "params", "code", "text"),
    [
        ("Users.zzz", {}, 3, "Unknown method passed."),
        ("Friends.add", {}, 100, "Required parameter 'user_id' missing."),
        ("Friends.add", {"user_id": 1}, 174, "Cannot add user himself as friend"),
        ("Friends.delete", {"user_id": 8}, 15, None),
        ("Friends.delete", {"user_id": 5}, 15, "Access denied: No friend or friend request found."),
        ("Friends.add", {"user_id": 99999}, 177, "Cannot add this user to friends as user not found"),
        ("Messages.send", {"peer_id": 2}, 100, "Message text is empty or invalid"),
        (
            "Likes.isLiked",
            {"user_id": 1, "type": "post", "owner_id": 2, "item_id": 9999},
            100,
            "One of the parameters specified was missing or invalid: object not found",
        ),
        ("Wall.get", {"owner_id": 99999}, 18, None),
    ],
)
async def test_errors(
    cast_client: CastClient, method: str, params: dict[str, Any], code: int, text: str | None
) -> None:
    if (method, params.get("user_id")) == ("Friends.delete", 8):
        await openvk(cast_client, method, **params)  # the request to Lev is taken back; then there is none
    answer = await cast_client.ask(method, v=None, **params)
    body = answer.json()
    assert (answer.status_code, body["error_code"]) == (400, code)
    assert text is None or body["error_msg"] == text
    assert body["request_params"][-2:] == [{"key": "method", "value": method}, {"key": "oauth", "value": 1}]
