"""Parameters that narrow an answer or change more than the main thing, each seen to have its effect."""

from typing import Any

from tests.dialects.vk.conftest import CastClient


async def test_people_are_narrowed(cast_client: CastClient) -> None:
    anna, boris, clara, lev = (cast_client.ids[name] for name in ("anna", "boris", "clara", "lev"))
    for who in ("boris", "clara"):
        await cast_client.get("account.setOnline", who)
    made = await cast_client.get("friends.addList", name="Соседи", user_ids=clara)
    assert await cast_client.get("friends.getOnline") == [boris, clara]
    assert await cast_client.get("friends.getOnline", list_id=made["list_id"]) == [clara]
    assert await cast_client.refuse("friends.getOnline", list_id=77) == 171
    assert await cast_client.get("groups.invite", group_id=1, user_ids_list=f"4,{lev}") == 1
    invited = await cast_client.get("groups.getInvitedUsers", group_id=1, name_case="dat")
    assert {user["first_name"] for user in invited["items"]} == {"Дмитрию", "Льву"}
    assert await cast_client.refuse("groups.invite", group_id=1) == 100
    await cast_client.get("groups.ban", group_id=1, owner_id=boris)
    banned = await cast_client.get("groups.getBanned", group_id=1, owner_id=boris)
    assert [one["profile"]["id"] for one in banned["items"]] == [boris]
    assert await cast_client.get("groups.getBanned", group_id=1, owner_id=anna) == {"count": 0, "items": []}


async def test_a_chat_is_described_to_its_members(cast_client: CastClient) -> None:
    boris, peer = cast_client.ids["boris"], 2_000_000_001
    await cast_client.get("messages.createChat", user_ids=boris, title="Двор")
    chat = await cast_client.get("messages.getChat", chat_id=1, fields="sex", name_case="gen")
    assert "Бориса" in {user["first_name"] for user in chat["users"]}
    members = await cast_client.get("messages.getConversationMembers", peer_id=peer, member_ids=f"{boris},5")
    assert (members["count"], [one["member_id"] for one in members["items"]]) == (1, [boris])
    preview = await cast_client.get("messages.getChatPreview", peer_id=peer, fields="sex")
    assert preview["preview"]["title"] == "Двор"
    assert {user["sex"] for user in preview["profiles"]} == {1, 2}
    assert await cast_client.refuse("messages.getChatPreview", "fedor", peer_id=peer) == 917
    assert await cast_client.refuse("messages.deleteChatPhoto", chat_id=1, group_id=2) == 15


async def test_messages_are_named_and_skipped(cast_client: CastClient) -> None:
    boris = cast_client.ids["boris"]
    ids = [
        await cast_client.get(
            "messages.send", peer_id=boris, message=text, random_id=0, attachment="photo1_1"
        )
        for text in ("one", "two")
    ]
    shown = await cast_client.get("messages.getHistoryAttachments", peer_id=boris, offset=1)
    assert [one["message_id"] for one in shown["items"]] == ids[:1]
    await cast_client.get("messages.markAsImportant", message_ids=",".join(map(str, ids)), important=1)
    found = await cast_client.get("messages.getImportantMessages", start_message_id=ids[0])
    assert [one["id"] for one in found["messages"]["items"]] == ids[:1]
    [message] = (await cast_client.get("messages.getById", message_ids=ids[1]))["items"]
    cmid = message["conversation_message_id"]
    await cast_client.get("messages.delete", message_ids=ids[1])
    assert await cast_client.get("messages.restore", peer_id=boris, cmid=cmid) == 1
    assert (await cast_client.get("messages.getById", message_ids=ids[1]))["count"] == 1
    assert await cast_client.refuse("messages.restore") == 100
    assert await cast_client.refuse("messages.restore", peer_id=boris, cmid=999) == 100


async def test_a_post_is_changed_beyond_its_words(cast_client: CastClient) -> None:
    async def post(post_id: int, owner_id: int, who: str = "anna") -> Any:
        found = (await cast_client.get("wall.getById", who, posts=f"{owner_id}_{post_id}"))["items"]
        return found[0] if found else None

    anna = cast_client.ids["anna"]
    number = (await cast_client.get("wall.post", message="all"))["post_id"]
    await cast_client.get("wall.edit", post_id=number, message="friends", friends_only=1, close_comments=1)
    assert (await post(number, anna, "boris"))["comments"]["can_post"] == 0
    assert await post(number, anna, "fedor") is None
    await cast_client.get("wall.edit", post_id=number, message="still friends")
    assert await post(number, anna, "fedor") is None, "what is not said stays"
    await cast_client.get("wall.edit", post_id=number, message="all", friends_only=0, close_comments=0)
    assert (await post(number, anna, "fedor"))["comments"]["can_post"] == 1
    number = (await cast_client.get("wall.post", owner_id=-1, from_group=1, message="x"))["post_id"]
    await cast_client.get("wall.edit", owner_id=-1, post_id=number, message="x", signed=1)
    assert (await post(number, -1))["signer_id"] == anna
    await cast_client.get("wall.edit", owner_id=-1, post_id=number, message="x", signed=0)
    assert "signer_id" not in await post(number, -1)
    assert (
        await cast_client.refuse("wall.edit", owner_id=-1, post_id=number, message="x", friends_only=1) == 100
    )
    assert await cast_client.refuse("wall.edit", owner_id=-1, post_id=number, message="x", topic_id=5) == 33
    later = (
        await cast_client.get("wall.post", message="later", publish_date=cast_client.courtyard.now + 999)
    )["post_id"]
    await cast_client.get("wall.edit", post_id=later, message="later", close_comments=1)
    [waiting] = (await cast_client.get("wall.get", filter="postponed"))["items"]
    assert waiting["comments"]["can_post"] == 0


async def test_a_comment_belongs_to_its_post(cast_client: CastClient) -> None:
    made = await cast_client.get("wall.createComment", post_id=1, message="Да")
    asked = {"comment_id": made["comment_id"], "message": "Нет"}
    assert await cast_client.refuse("wall.editComment", post_id=2, **asked) == 104
    assert await cast_client.get("wall.editComment", post_id=1, **asked) == 1
    assert await cast_client.refuse("wall.deleteComment", post_id=2, comment_id=made["comment_id"]) == 104
    assert await cast_client.get("wall.deleteComment", post_id=1, comment_id=made["comment_id"]) == 1


async def test_albums_are_counted_with_those_that_everybody_has(cast_client: CastClient) -> None:
    count = await cast_client.get("photos.getAlbumsCount")
    assert await cast_client.get("photos.getAlbumsCount", need_system=1) == count + 3
