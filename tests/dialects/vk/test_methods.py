"""Each method three times: a success (recorded), a refusal by privacy or scope, a parameter of a wrong type."""

import json
from typing import Any

import pytest

from dvor.core.tokens import issue_token
from dvor.dialects.vk.api import METHODS
from dvor.model.tokens import Scope
from tests.dialects.vk.cases import load_cases
from tests.dialects.vk.conftest import CastClient

NARROW = Scope.STATUS
"""A scope that no method of these asks for."""

CASES = load_cases()
NAMES = {one.name for one in METHODS.values()}


def test_every_method_is_here() -> None:
    for section, cases in CASES.items():
        names = {name for name in NAMES if name.partition(".")[0] == section}
        assert cases.refused.keys() | cases.open_to_all == names, section
        assert cases.wrong.keys() | cases.untyped == names, section
        own = {method for method, _ in cases.recorded if method.partition(".")[0] == section}
        assert own == names, section
    assert {name.partition(".")[0] for name in NAMES} == CASES.keys()


async def test_refusals(cast_client: CastClient) -> None:
    narrow = await issue_token(cast_client.courtyard, cast_client.ids["anna"], scope=NARROW)
    cast_client.tokens["narrow"] = narrow
    for cases in CASES.values():
        for method, (who, params, code) in cases.refused.items():
            assert await cast_client.refuse(method, who, **params) == code, method


async def test_wrong_types(cast_client: CastClient) -> None:
    for method, params in (item for cases in CASES.values() for item in cases.wrong.items()):
        answer = await cast_client.ask(method, **params)
        assert (answer.status_code, answer.json()["error"]["error_code"]) == (200, 100), method
        answer = await cast_client.ask(method, v=None, **params)
        assert (answer.status_code, answer.json()["error_code"]) == (400, 100), method


async def test_names_are_case_insensitive_and_may_end_in_json(cast_client: CastClient) -> None:
    for name in ("Users.GET", "users.get.json", "USERS.get"):
        assert (await cast_client.get(name))[0]["id"] == cast_client.ids["anna"]


async def test_known_and_unknown_names(cast_client: CastClient) -> None:
    for name, code in (
        ("audio.get", 33),
        ("Stories.getById", 33),
        ("users.zzz", 3),
        ("zzz.get", 3),
    ):
        assert await cast_client.refuse(name) == code, name
        answer = await cast_client.ask(name, v=None)
        assert (answer.status_code, answer.json()["error_code"]) == (400, code)


async def test_the_token_may_come_as_a_header(cast_client: CastClient) -> None:
    headers = {"authorization": f"Bearer {cast_client.tokens['clara']}"}
    answer = await cast_client.http.get("/method/users.get", params={"v": "5.199"}, headers=headers)
    assert answer.json()["response"][0]["id"] == cast_client.ids["clara"]


async def test_query_and_body_are_one(cast_client: CastClient) -> None:
    query = {"access_token": cast_client.tokens["anna"], "v": "5.199", "user_ids": "anna"}
    for body in ({"data": {"user_ids": "boris"}}, {"json": {"user_ids": ["boris"]}}):
        answer = await cast_client.http.post("/method/users.get", params=query, **body)
        assert answer.json()["response"][0]["id"] == cast_client.ids["boris"], body


async def test_errors_show_what_was_asked_and_no_secrets(cast_client: CastClient) -> None:
    answer = await cast_client.ask("friends.add", user_id="abc", password="hidden")
    error = answer.json()["error"]
    assert {"key": "method", "value": "friends.add"} in error["request_params"]
    assert {"key": "user_id", "value": "abc"} in error["request_params"]
    assert "hidden" not in answer.text
    assert cast_client.tokens["anna"] not in answer.text


@pytest.mark.parametrize("parameter", ["sticker_id", "lat", "content_source"])
async def test_what_cannot_be_done_yet_is_said(cast_client: CastClient, parameter: str) -> None:
    params: dict[str, Any] = {"peer_id": 2, "message": "hi", "random_id": 0, parameter: "5"}
    assert await cast_client.refuse("messages.send", **params) == 33
    params[parameter] = "-1"
    assert await cast_client.get("messages.send", **params)


async def test_openvk_says_not_given_with_minus_one(cast_client: CastClient) -> None:
    asked: dict[str, Any] = {
        "user_id": 2,
        "peer_id": -1,
        "chat_id": -1,
        "sticker_id": -1,
        "domain": "",
        "user_ids": "",
        "message": "a",
    }
    assert (await cast_client.ask("messages.send", v=None, **asked)).json()["response"] > 0


async def test_several_peers_get_a_row_each(cast_client: CastClient) -> None:
    rows = await cast_client.get("messages.send", peer_ids="2,8,999", message="all", random_id=3)
    assert [row["peer_id"] for row in rows] == [2, 8, 999]
    assert rows[0]["message_id"] > 0
    assert [row["error"]["code"] for row in rows[1:]] == [902, 936]


async def test_the_newest_versions_get_both_numbers_of_a_message(cast_client: CastClient) -> None:
    asked: dict[str, Any] = {"peer_id": 2, "message": "hi", "random_id": 0}
    assert (await cast_client.get("messages.send", v="5.244", **asked)) > 0
    sent = await cast_client.get("messages.send", v="5.245", **asked)
    [message] = (await cast_client.get("messages.getById", message_ids=sent["message_id"]))["items"]
    assert sent == {"message_id": message["id"], "cmid": message["conversation_message_id"]}


async def test_a_forward_may_have_nulls_and_a_bare_number(cast_client: CastClient) -> None:
    asked: dict[str, Any] = {"peer_id": 2, "random_id": 0}
    first = await cast_client.get("messages.send", v="5.245", message="first", **asked)
    named = {"owner_id": None, "peer_id": 2, "conversation_message_ids": [first["cmid"]], "message_ids": None}
    forward = json.dumps(named | {"is_reply": True})
    second = await cast_client.get("messages.send", message="second", forward=forward, **asked)
    [message] = (await cast_client.get("messages.getById", message_ids=second))["items"]
    assert message["reply_message"]["text"] == "first"
    bare = json.dumps({"peer_id": 2, "conversation_message_ids": first["cmid"]})
    third = await cast_client.get("messages.send", message="third", forward=bare, **asked)
    [message] = (await cast_client.get("messages.getById", message_ids=third))["items"]
    assert [quoted["text"] for quoted in message["fwd_messages"]] == ["first"]
    assert (
        await cast_client.refuse("messages.send", message="third", forward='{"peer_id":null}', **asked) == 100
    )


async def test_twenty_calls_a_second_are_not_refused(cast_client: CastClient) -> None:
    for _ in range(40):
        await cast_client.get("users.get")
