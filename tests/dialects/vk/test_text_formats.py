"""Bold, italic, underlined and linked parts of messages."""

import json
from typing import Any

import pytest

from tests.dialects.vk.conftest import CastClient

TEXT = "👍 чай с мятой"
BOLD = {"type": "bold", "offset": 3, "length": 3}
LINK = {"type": "url", "offset": 7, "length": 7, "url": "https://dvor.example/tea"}


async def send(client: CastClient, *items: dict[str, Any], message: str = TEXT, **more: Any) -> int:
    data = json.dumps({"version": 1, "items": items})
    asked = {"peer_id": 2, "random_id": 0, "message": message, "format_data": data, **more}
    return int(await client.get("messages.send", **asked))


async def test_parts_come_back_as_they_were_sent(cast_client: CastClient) -> None:
    message_id = await send(cast_client, BOLD, LINK)
    [message] = (await cast_client.get("messages.getById", "boris", message_ids=message_id))["items"]
    assert message["text"] == TEXT
    assert message["format_data"] == {"version": "1", "items": [BOLD, LINK]}
    older = (await cast_client.ask("messages.getHistory", v=None, user_id=2)).json()["response"]["items"][0]
    assert "format_data" not in older, "OpenVK's form escapes texts: the offsets would be wrong"


async def test_an_edit_has_formats_of_its_own(cast_client: CastClient) -> None:
    message_id = await send(cast_client, BOLD)
    await cast_client.get("messages.edit", peer_id=2, message_id=message_id, message="no tea")
    [message] = (await cast_client.get("messages.getById", message_ids=message_id))["items"]
    assert "format_data" not in message
    data = json.dumps({"items": [{"type": "italic", "offset": 0, "length": 6}], "version": "1"})
    await cast_client.get(
        "messages.edit", peer_id=2, message_id=message_id, message="no tea", format_data=data
    )
    [message] = (await cast_client.get("messages.getById", message_ids=message_id))["items"]
    assert message["format_data"]["items"] == [{"type": "italic", "offset": 0, "length": 6}]


async def test_an_unknown_type_drops_all_formats(cast_client: CastClient) -> None:
    message_id = await send(cast_client, BOLD, {"type": "strike", "offset": 0, "length": 2})
    [message] = (await cast_client.get("messages.getById", message_ids=message_id))["items"]
    assert "format_data" not in message


@pytest.mark.parametrize(
    "data",
    [
        "bold",
        "[]",
        '{"version":2,"items":[]}',
        '{"version":1,"items":[{"type":"bold","offset":0}]}',
        '{"version":1,"items":[{"type":"bold","offset":0,"length":0}]}',
        '{"version":1,"items":[{"type":"bold","offset":-1,"length":2}]}',
        '{"version":1,"items":[{"type":"bold","offset":0,"length":15}]}',
        '{"version":1,"items":[{"type":"url","offset":0,"length":1,"url":"javascript:alert(1)"}]}',
        '{"version":1,"items":[{"type":"url","offset":0,"length":1}]}',
        "[" * 2000,
    ],
)
async def test_what_is_no_format_is_refused(cast_client: CastClient, data: str) -> None:
    asked: dict[str, Any] = {"peer_id": 2, "random_id": 0, "message": TEXT, "format_data": data}
    assert await cast_client.refuse("messages.send", **asked) == 100
