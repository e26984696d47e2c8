"""messages.getDialogs, the conversations of older clients."""

from tests.dialects.vk.conftest import CastClient


async def test_conversations_in_their_older_form(cast_client: CastClient) -> None:
    boris, clara = cast_client.ids["boris"], cast_client.ids["clara"]
    await cast_client.get("messages.createChat", user_ids=boris, title="Двор")
    sent = await cast_client.get("messages.send", "boris", peer_id=2_000_000_001, message="Всем", random_id=0)
    found = await cast_client.get("messages.getDialogs", v="5.60", preview_length=2, extended=1)
    assert (found["count"], found["unread_dialogs"]) == (3, 2)
    chat, first, second = found["items"]
    assert chat["message"]["id"] == sent
    assert (chat["unread"], chat["message"]["chat_id"], chat["message"]["title"]) == (1, 1, "Двор")
    assert (chat["message"]["user_id"], chat["message"]["users_count"]) == (boris, 2)
    assert chat["message"]["body"] == "Вс"
    assert (first["message"]["user_id"], second["message"]["user_id"]) == (boris, clara)
    assert {boris, clara} <= {user["id"] for user in found["profiles"]}
    assert (await cast_client.get("messages.getDialogs", v="5.60", unread=1))["count"] == 2
    last = await cast_client.get("messages.getDialogs", v="5.60", start_message_id=second["message"]["id"])
    assert [one["message"]["id"] for one in last["items"]] == [second["message"]["id"]]
    for version in ("5.80", "5.199", None):
        assert await cast_client.refuse("messages.getDialogs", v=version) == 23
