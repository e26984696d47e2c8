"""Leaving an app: its tokens die, the person is asked about his own browser, and goes where the app wants him."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.dialects.conftest import CastClient
from tests.dialects.consent import BACK, Site
from tests.dialects.oidc.test_oidc import exchange, get_code
from tests.web.test_consent import Browser
from tests.web.test_consent import browser as browser


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client)


def landed(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].partition("?")[0] == BACK
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def leave(browser: Browser, hint: str, **special: str) -> httpx.Response:
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s"} | special
    return await browser.open("/oidc/logout", **{name: value for name, value in asked.items() if value})


async def is_logged_in(browser: Browser) -> bool:
    return (await browser.open("/settings/apps")).url.path == "/settings/apps"


async def test_the_browser_is_logged_out_if_its_person_likes(browser: Browser, site: Site) -> None:
    await browser.open("/login")
    await browser.log_in()
    body = await exchange(site, code=await get_code(site))
    answer = await leave(browser, body["id_token"])
    assert answer.status_code == 200
    assert "Соседи" in answer.text
    assert "form-action" not in answer.headers["content-security-policy"]
    headers = {"authorization": f"Bearer {body['access_token']}"}
    assert (await site.http.get("/oidc/userinfo", headers=headers)).status_code == 401
    assert landed(await browser.send(answer.url.path, decision="stay")) == {"state": "s"}
    assert await is_logged_in(browser)
    answer = await leave(browser, body["id_token"])
    assert landed(await browser.send(answer.url.path, decision="leave")) == {"state": "s"}
    assert not await is_logged_in(browser)
    assert (await browser.open(answer.url.path)).status_code == 410, "an answer is given once"


async def test_who_is_not_logged_in_is_not_asked(browser: Browser, site: Site) -> None:
    hint = (await exchange(site, code=await get_code(site)))["id_token"]
    assert landed(await leave(browser, hint)) == {"state": "s"}
    assert landed(await leave(browser, hint, state="")) == {}
    assert landed(await leave(browser, "", client_id=site.id)) == {"state": "s"}


async def test_another_site_cannot_log_a_browser_out(browser: Browser, site: Site) -> None:
    await browser.open("/login")
    await browser.log_in()
    hint = (await exchange(site, code=await get_code(site)))["id_token"]
    answer = await leave(browser, hint)
    refused = await browser.http.post(answer.url.path, data={"decision": "leave"})
    assert refused.status_code == 403
    assert await is_logged_in(browser)


async def test_where_nobody_is_sent(browser: Browser, site: Site) -> None:
    hint = (await exchange(site, code=await get_code(site)))["id_token"]
    for special in (
        {"post_logout_redirect_uri": "https://evil.example"},
        {"client_id": "5"},
        {"id_token_hint": "", "client_id": ""},
        {"id_token_hint": "x.y.z"},
        {"state": "s" * 4097},
    ):
        wrong: dict[str, Any] = {"hint": hint} | special
        wrong["hint"] = wrong.pop("id_token_hint", wrong["hint"])
        answer = await leave(browser, **wrong)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_without_an_app_the_own_page_asks(browser: Browser, site: Site) -> None:
    await browser.open("/login")
    await browser.log_in()
    answer = await browser.open("/oidc/logout")
    assert answer.url.path == "/logout"
    await browser.send("/logout")
    assert not await is_logged_in(browser)


async def test_a_request_to_leave_is_no_request_for_consent(browser: Browser, site: Site) -> None:
    await browser.open("/login")
    await browser.log_in()
    hint = (await exchange(site, code=await get_code(site)))["id_token"]
    request_id = (await leave(browser, hint)).url.path.removeprefix("/logout/")
    assert (await browser.open(f"/consent/{request_id}")).status_code == 410
    answer = await browser.open("/authorize", client_id=site.id, redirect_uri=BACK)
    assert (await browser.open(f"/logout{answer.url.path.removeprefix('/consent')}")).status_code == 410
