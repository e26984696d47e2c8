"""Errors on purpose: what a client is told, and what gets it through."""

import msgspec
import pytest

from dvor.config import Settings
from dvor.dialects.vk.trials import Trials, solution
from dvor.server.app import Application
from tests.dialects.vk.conftest import CastClient


def refusing(client: CastClient, *trials: str) -> CastClient:
    """Return the client, of a server that refuses calls on purpose."""
    settings = msgspec.structs.replace(client.courtyard.settings, trial_errors=trials)
    client.courtyard.settings = settings
    client.http._transport.app = Application(client.courtyard)  # type: ignore[attr-defined]
    return client


async def test_a_captcha_is_asked_for_and_solved(cast_client: CastClient) -> None:
    client = refusing(cast_client, "users.get=14")
    error = (await client.ask("users.get")).json()["error"]
    assert error["error_code"] == 14
    picture = await client.http.get(error["captcha_img"])
    assert picture.content.startswith(b"\x89PNG")
    sid = error["captcha_sid"]
    wrong = (await client.ask("users.get", captcha_sid=sid, captcha_key="zzz")).json()["error"]
    assert wrong["captcha_sid"] != sid
    key = solution(client.courtyard, sid)
    assert (await client.get("users.get", captcha_sid=sid, captcha_key=key))[0]["id"] == 1
    assert await client.get("utils.getServerTime"), "others are answered"


@pytest.mark.parametrize("code", [6, 9, 29])
async def test_every_other_call_is_refused(cast_client: CastClient, code: int) -> None:
    client = refusing(cast_client, f"*={code}")
    assert [
        await client.refuse("users.get") if one % 2 == 0 else await client.get("users.get")
        for one in range(4)
    ][::2] == [
        code,
        code,
    ]


async def test_confirmation_and_validation(cast_client: CastClient) -> None:
    client = refusing(cast_client, "users.get=24", "wall.get=17")
    error = (await client.ask("users.get")).json()["error"]
    assert (error["error_code"], bool(error["confirmation_text"])) == (24, True)
    assert await client.get("users.get", confirm=1)
    error = (await client.ask("wall.get")).json()["error"]
    assert (error["error_code"], error["redirect_uri"]) == (17, f"{client.courtyard.public_url}/login")


def test_nothing_is_refused_unasked(cast_client: CastClient) -> None:
    assert Settings().trial_errors == ()
    Trials(cast_client.courtyard).check("users.get", {})
