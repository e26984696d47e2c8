"""`/settings/security`: password, one-time codes, sessions, the account's end."""

import re
from collections.abc import AsyncIterator

import pyotp
import pytest

from dvor.cli.cast import PASSWORD
from dvor.store.accounts import find_account
from dvor.store.users import load_users
from dvor.web.security import tell_time
from tests.dialects.conftest import NOW, CastClient
from tests.web.test_consent import Browser

OTHER = "quite another one"


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/settings/security")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


@pytest.fixture
async def second(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/settings/security")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


async def test_a_new_password_logs_everybody_else_out(
    cast_client: CastClient, browser: Browser, second: Browser
) -> None:
    page = await browser.send("/settings/password", password="wrong", new_password=OTHER)
    assert (page.status_code, "The password is wrong." in page.text) == (403, True)
    page = await browser.send("/settings/password", password=PASSWORD, new_password="short")
    assert "at least 8" in page.text
    before = browser.http.cookies["dvor_session"]
    page = await browser.send("/settings/password", password=PASSWORD, new_password=OTHER)
    assert "Saved." in page.text
    assert browser.http.cookies["dvor_session"] != before
    assert (await second.open("/settings/security")).url.path == "/login"
    assert await cast_client.refuse("account.getInfo") == 5
    assert (await second.log_in("anna@dvor.example", PASSWORD)).status_code == 403


async def test_guesses_are_counted(browser: Browser) -> None:
    for _ in range(10):
        await browser.send("/settings/password", password="wrong", new_password=OTHER)
    page = await browser.send("/settings/password", password=PASSWORD, new_password=OTHER)
    assert page.status_code == 429


async def test_a_session_is_revoked(cast_client: CastClient, browser: Browser, second: Browser) -> None:
    page = await browser.open("/settings/security")
    assert page.text.count('name="session"') == 1
    stranger = Browser(cast_client)
    await stranger.open("/settings/security")
    await stranger.log_in("clara@dvor.example")
    name = browser.form("/settings/sessions")["session"]
    await stranger.http.post(
        "/settings/sessions", data={"csrf": stranger.form("/settings/password")["csrf"], "session": name}
    )
    assert (await second.open("/settings/security")).url.path == "/settings/security", "not by others"
    await stranger.http.aclose()
    await browser.send("/settings/sessions")
    assert (await second.open("/settings/security")).url.path == "/login"
    assert (await browser.open("/settings/security")).url.path == "/settings/security"


async def test_one_sees_when_a_browser_was_last_here(
    cast_client: CastClient, browser: Browser, second: Browser
) -> None:
    courtyard = cast_client.courtyard
    courtyard.clock = lambda: NOW + 3600
    await second.open("/settings/security")
    await courtyard.touches.flush()
    page = await browser.open("/settings/security")
    seen = re.findall(r"since (.{16}) UTC · last seen (.{16}) UTC", page.text)
    assert [first for first, _ in seen] == [tell_time(NOW)] * 2
    assert sorted(last for _, last in seen) == [tell_time(NOW), tell_time(NOW + 3600)]


async def test_one_time_codes(cast_client: CastClient, browser: Browser, second: Browser) -> None:
    page = await browser.open("/settings/totp")
    assert "<svg" in page.text
    seed = browser.form("/settings/totp")["seed"]
    assert (await browser.send("/settings/totp", password=PASSWORD, code="000000")).status_code == 403
    assert browser.form("/settings/totp")["seed"] == seed, "the authenticator has read this one"
    code = pyotp.TOTP(seed).at(NOW)
    page = await browser.send("/settings/totp", password=PASSWORD, code=code)
    found = re.search(r'id="backup-codes">([^<]*)<', page.text)
    assert found
    codes = found[1].split()
    assert len(codes) == 10
    await second.send("/logout")
    await second.open("/login")
    await second.log_in()
    answer = await second.send("/login", login="anna@dvor.example", password=PASSWORD, code=codes[0])
    assert answer.url.path == "/"
    await browser.open("/settings/totp")
    assert (await browser.send("/settings/totp", password="wrong")).status_code == 403
    page = await browser.send("/settings/totp", password=PASSWORD)
    assert "They are switched off." in page.text


async def test_an_account_is_deleted(cast_client: CastClient, browser: Browser) -> None:
    anna = cast_client.ids["anna"]
    await browser.open("/settings/delete")
    assert (await browser.send("/settings/delete", password="wrong")).status_code == 403
    assert "Goodbye." in (await browser.send("/settings/delete", password=PASSWORD)).text
    assert (await browser.open("/settings/security")).url.path == "/login"
    assert (await browser.log_in()).status_code == 403
    assert await cast_client.refuse("account.getInfo") == 5
    (user,) = await cast_client.get("users.get", "boris", user_ids=anna, fields="city,status,photo_50")
    assert (user["first_name"], user["deactivated"]) == ("DELETED", "deleted")
    async with cast_client.courtyard.database.read() as tx:
        assert await find_account(tx, "anna@dvor.example") is None, "the login is free"
        stored = (await load_users(tx, [anna]))[anna]
    assert (stored.first_name, stored.screen_name, stored.avatar, stored.city) == ("DELETED", None, {}, "")


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "x" * 5000, '{"id": "AA", "rawId": "AA", "response": {}}']
)
async def test_what_is_no_passkey(browser: Browser, second: Browser, credential: str) -> None:
    form = browser.form("/settings/passkeys") | {"credential": credential, "password": PASSWORD}
    page = await browser.http.post("/settings/passkeys", data=form)
    assert (page.status_code, "not known here" in page.text) == (403, True)
    assert "script-src 'self'" in page.headers["content-security-policy"]
    await second.send("/logout")
    await second.open("/login")
    page = await second.send("/login/passkey", credential=credential)
    assert (page.status_code, "not known here" in page.text) == (403, True)
