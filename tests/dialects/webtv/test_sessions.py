"""Logging users in for another server, and what becomes of the sessions."""

import re

import pyotp

from dvor.cli.cast import PASSWORD, TOTP_SEED
from dvor.core import credentials
from dvor.core.accounts import change_password
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import Integration

BORIS = {"login": "boris@dvor.example", "password": PASSWORD}


async def log_in(integration: Integration, **special: str) -> str:
    answer = await integration.ask("log_in", **(BORIS | special))
    assert answer["ok"] == "User was logged in successfully", answer
    assert answer["id"] == str(integration.client.ids["boris"])
    assert re.fullmatch(r"[a-z0-9]{20}", answer["session_id"])
    return str(answer["session_id"])


async def revalidate(integration: Integration, session_id: str) -> str:
    answer = await integration.ask(
        "revalidate_session", integration.client.ids["boris"], session_id=session_id
    )
    return str(answer.get("error_long", "")) or str(answer["ok"])


GOOD = "User session was revalidated successfully"
DIFFERENT = "Session Revalidation Error (Different Session ID): You must log out the User"
NONE = "Session Revalidation Error (User not logged in): You must log out the User"


async def test_a_session_is_opened_kept_and_closed(integration: Integration) -> None:
    boris = integration.client.ids["boris"]
    session_id = await log_in(integration, ip="192.0.2.7")
    data = (await integration.ask("get", boris))["data"]
    shown = [data[name] for name in ("session_id", "session_time", "last_ip", "last_ip_update", "last_login")]
    assert shown == [session_id, str(NOW), "192.0.2.7", str(NOW), str(NOW)]
    assert await revalidate(integration, session_id) == GOOD
    assert await revalidate(integration, "x" * 20) == DIFFERENT
    assert await revalidate(integration, " ") == "Session ID cannot be blank"
    assert await integration.ask("log_out", boris) == {"ok": "User was logged out successfully"}
    assert await revalidate(integration, session_id) == NONE
    assert await integration.ask("log_out", boris) == {
        "error": "LOGOUT_ERROR",
        "error_long": "User is not logged in",
    }
    for do in ("log_out", "revalidate_session"):
        assert (await integration.ask(do, "x", session_id="y"))["error_long"] == "Invalid User ID"
        assert (await integration.ask(do, 999, session_id="y"))["error_long"] == "User not found"


async def test_a_second_log_in_ends_only_the_session_of_its_credential(cast_client: CastClient) -> None:
    one, other = await Integration.open(cast_client), await Integration.open(cast_client)
    first, elsewhere = await log_in(one), await log_in(other)
    second = await log_in(one)
    assert await revalidate(one, first) == DIFFERENT
    assert await revalidate(one, second) == GOOD
    assert await revalidate(other, elsewhere) == GOOD
    assert await cast_client.get("account.getProfileInfo", "boris"), "tokens live on"
    await credentials.remove_credential(one.courtyard, one.key_id)
    assert await revalidate(other, elsewhere) == GOOD


async def test_session_ids_are_shown_to_who_may_see_them(cast_client: CastClient) -> None:
    integration = await Integration.open(cast_client, permissions={})
    await log_in(integration)
    data = (await integration.ask("get", cast_client.ids["boris"]))["data"]
    assert (data["session_id"], data["session_time"]) == ("", str(NOW))


async def test_a_session_ends_a_day_after_its_last_use(integration: Integration) -> None:
    session_id, courtyard = await log_in(integration), integration.courtyard
    now = NOW
    for hours, text in (
        (23, GOOD),
        (23, GOOD),
        (24, "Session Revalidation Error (Session expired): You must log out the User"),
    ):
        now += hours * 3600
        courtyard.clock = lambda now=now: now  # type: ignore[misc]
        signed = integration.sign(timestamp=now)
        boris = integration.client.ids["boris"]
        answer = await integration.ask("revalidate_session", boris, signed=signed, session_id=session_id)
        assert text in answer.values()


async def test_a_new_password_ends_the_session(integration: Integration) -> None:
    session_id = await log_in(integration)
    await change_password(integration.courtyard, integration.client.ids["boris"], "another long one")
    assert await revalidate(integration, session_id) == NONE


async def test_what_is_wrong_with_a_log_in(integration: Integration) -> None:
    wrong = {"error": "LOGIN_ERROR", "error_long": "Invalid login or password"}
    assert await integration.ask("log_in", login="boris@dvor.example", password="x") == wrong
    assert await integration.ask("log_in", login="nobody", password="x") == wrong
    assert await integration.ask("log_in", login="boris@dvor.example") == wrong
    assert (await integration.ask("log_in"))["error_long"] == "Login cannot be blank"


async def test_guessing_is_slowed_down(integration: Integration) -> None:
    limit = integration.courtyard.settings.log_in_failures
    for _ in range(limit):
        await integration.ask("log_in_check", login="clara@dvor.example", password="wrong")
    answer = await integration.ask("log_in", login="Clara@dvor.example", password=PASSWORD)
    assert answer == {"error": "LOGIN_ERROR", "error_long": "Too many attempts"}
    await log_in(integration)


async def test_one_time_codes_are_asked_for(integration: Integration) -> None:
    lev = {"login": "lev@dvor.example", "password": PASSWORD}
    assert (await integration.ask("log_in", **lev))["error_long"] == "One-time code required"
    assert (await integration.ask("log_in", **lev, code="000000"))["error_long"] == "Invalid one-time code"
    code = pyotp.TOTP(TOTP_SEED).at(NOW)
    assert "session_id" in await integration.ask("log_in", **lev, code=code)


async def test_checking_opens_no_session(cast_client: CastClient) -> None:
    integration = await Integration.open(cast_client, general="read")
    boris = str(cast_client.ids["boris"])
    assert await integration.ask("log_in_check", **BORIS) == {"ok": "User can be logged in", "id": boris}
    writing = await Integration.open(cast_client)
    for is_logged_in in (False, True):
        answer = await writing.ask("log_in_check", **BORIS, ignore_concurrency=0)
        assert answer.get("error_long", "") == ("User is already logged in" if is_logged_in else "")
        assert "ok" in await writing.ask("log_in_check", **BORIS)
        await log_in(writing)
