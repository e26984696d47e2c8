"""execute over the API: whose errors are whose, what is counted, what is passed on."""

from typing import Any

import pytest

from tests.dialects.vk.conftest import CastClient


async def run(client: CastClient, code: str, who: str = "anna", **params: Any) -> dict[str, Any]:
    """Run a script and return the whole body."""
    return dict((await client.ask("execute", who, code=code, **params)).json())


async def test_refused_calls_are_false_and_named_in_order(cast_client: CastClient) -> None:
    code = """return [API.users.get({user_ids: 2})@.id, API.wall.get({owner_id: 999}), API.zzz.get(),
        API.audio.get(), API.friends.get({count: "x"}), API.execute({code: "return 1;"})];"""
    body = await run(cast_client, code)
    assert body["response"] == [[2], False, False, False, False, False]
    assert [(one["method"], one["error_code"]) for one in body["execute_errors"]] == [
        ("wall.get", 18),
        ("zzz.get", 3),
        ("audio.get", 33),
        ("friends.get", 100),
        ("execute", 13),
    ]


@pytest.mark.parametrize(("code", "error"), [("return (;", 12), ("return x;", 13), ("", 100)])
async def test_wrong_scripts(cast_client: CastClient, code: str, error: int) -> None:
    assert (await run(cast_client, code))["error"]["error_code"] == error
    answer = await cast_client.ask("execute", v=None, code=code)
    assert (answer.status_code, answer.json()["error_code"]) == (400, error)


async def test_twenty_five_calls_and_no_more(cast_client: CastClient) -> None:
    code = "var i = 0; while (i < %d) { API.utils.getServerTime(); i = i + 1; } return i;"
    assert (await run(cast_client, code % 25))["response"] == 25
    assert (await run(cast_client, code % 26))["error"]["error_code"] == 13


async def test_writes_stay_when_a_later_call_fails(cast_client: CastClient) -> None:
    code = "var id = API.wall.post({message: Args.words}).post_id; API.wall.post({}); return id;"
    body = await run(cast_client, code, words="Из скрипта")
    assert len(body["execute_errors"]) == 1
    [post] = (await cast_client.get("wall.getById", posts=f"1_{body['response']}"))["items"]
    assert post["text"] == "Из скрипта"
    spoilt = 'API.wall.post({message: "first"}); return nothing;'
    assert (await run(cast_client, spoilt))["error"]["error_code"] == 13
    assert (await cast_client.get("wall.get", count=1))["items"][0]["text"] == "first", (
        "as on VK: no going back"
    )


async def test_a_community_s_token_runs_scripts_too(cast_client: CastClient) -> None:
    body = await run(cast_client, "return API.groups.getById().groups@.id;", "garden")
    assert body["response"] == [1]


async def test_numbers_and_lists_become_parameters(cast_client: CastClient) -> None:
    body = await run(cast_client, "return API.users.get({user_ids: [1, 2], fields: ['sex', 'city']})@.sex;")
    assert body["response"] == [1, 2]


async def test_a_nul_made_by_a_script_is_refused_as_at_the_door(cast_client: CastClient) -> None:
    body = await run(cast_client, r'return API.wall.post({message: "a\u0000b"});')
    assert (body["response"], body["execute_errors"][0]["error_code"]) == (False, 100)
