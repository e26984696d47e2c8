"""The password grant, in VK's style of errors and in OpenVK's."""

from typing import Any

import pyotp
import pytest

from dvor.cli.cast import PASSWORD, TOTP_SEED
from tests.dialects.vk.conftest import NOW, CastClient

ANNA = {"grant_type": "password", "username": "anna@dvor.example", "password": PASSWORD}
LEV = ANNA | {"username": "lev@dvor.example"}
VK_APP = {"client_id": "2274003", "client_secret": "a secret"}


async def log_in(
    client: CastClient, asked: dict[str, str], path: str = "/token", *, post: bool = True
) -> Any:
    """Ask for a token; return status and body."""
    answer = await (client.http.post(path, data=asked) if post else client.http.get(path, params=asked))
    assert answer.headers["content-type"] == "application/json"
    assert PASSWORD not in answer.text
    return answer.status_code, answer.json()


@pytest.mark.parametrize("path", ["/token", "/token/", "/oauth/token"])
@pytest.mark.parametrize("post", [True, False])
async def test_a_token_is_given_and_works(cast_client: CastClient, path: str, post: bool) -> None:
    status, body = await log_in(cast_client, ANNA | {"code": "0"}, path, post=post)
    assert (status, body["user_id"], body["expires_in"]) == (200, cast_client.ids["anna"], 0)
    asked = {"access_token": body["access_token"], "v": "5.199"}
    me = (await cast_client.http.get("/method/users.get", params=asked)).json()["response"]
    assert me[0]["id"] == cast_client.ids["anna"]


async def test_logins_are_case_insensitive(cast_client: CastClient) -> None:
    status, _ = await log_in(cast_client, ANNA | {"username": " Anna@DVOR.example"})
    assert status == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody@dvor.example"}])
async def test_wrong_credentials(cast_client: CastClient, wrong: dict[str, str]) -> None:
    status, body = await log_in(cast_client, ANNA | wrong)
    assert (status, body["error_code"], body["error_msg"]) == (400, 28, "Invalid username or password")
    assert {"key": "password", "value": "***"} in body["request_params"]
    assert {"key": "method", "value": "internal.acquireToken"} in body["request_params"]
    status, body = await log_in(cast_client, ANNA | wrong | VK_APP)
    assert status == 401
    assert body == {
        "error": "invalid_client",
        "error_description": "Username or password is incorrect",
        "error_type": "username_or_password_is_incorrect",
    }


async def test_the_second_factor(cast_client: CastClient) -> None:
    for app in ({}, VK_APP):
        status, body = await log_in(cast_client, LEV | app)
        assert (status, body["error"], body["validation_type"]) == (401, "need_validation", "2fa_app")
    status, body = await log_in(cast_client, LEV | {"code": "000000"})
    assert (status, body["error_code"]) == (400, 28)
    code = pyotp.TOTP(TOTP_SEED).at(NOW)
    status, body = await log_in(cast_client, LEV | {"code": code})
    assert (status, body["user_id"]) == (200, cast_client.ids["lev"])
    status, _ = await log_in(cast_client, LEV | {"code": code})
    assert status == 400, "a one-time code was taken twice"


async def test_what_is_missing_is_named(cast_client: CastClient) -> None:
    assert (await log_in(cast_client, {}))[1]["error_msg"] == "Invalid grant type"
    status, body = await log_in(cast_client, {"grant_type": "password"})
    assert (status, body["error_code"], body["error_msg"]) == (400, 100, "Password and username not passed")


async def test_guessing_is_slowed_down(cast_client: CastClient) -> None:
    for _ in range(10):
        await log_in(cast_client, ANNA | {"password": "guess"})
    status, body = await log_in(cast_client, ANNA)
    assert (status, body["error_code"]) == (400, 9)
    assert (await log_in(cast_client, LEV))[0] == 401, "another login is not held back"
