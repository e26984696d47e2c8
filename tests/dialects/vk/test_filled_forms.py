"""Programs that fill in the pages of log-in and consent by themselves, and what must not work that way."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from dvor.cli.cast import PASSWORD
from dvor.core.sessions import list_sessions
from dvor.model.authorizations import REQUEST_SECONDS
from dvor.server.app import Application
from tests.dialects.conftest import NOW
from tests.dialects.consent import Site
from tests.dialects.vk.conftest import URL, CastClient

PROGRAM: dict[str, Any] = {"platform": "standalone", "redirect_uris": [], "protocols": ["vk", "vk_implicit"]}
ANNA = {"email": "anna@dvor.example", "pass": PASSWORD}


@pytest.fixture
async def program(cast_client: CastClient) -> Site:
    return await Site.open(cast_client, **PROGRAM)


async def begin(program: Site, **texts: str) -> httpx.Response:
    asked = {"client_id": program.id, "response_type": "token", "display": "mobile", "scope": "friends"}
    return await program.http.get("/authorize", params=asked | texts)


def action_of(page: httpx.Response) -> str:
    """Return what the page's only form is sent to, a path of ours."""
    assert page.status_code == 200, page.text
    assert page.text.count("<form") == 1
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    [action] = re.findall(r'<form method="post" action="([^"]+)"', page.text)
    assert action.startswith(f"{URL}/authorize/")
    return html.unescape(action)


async def log_in(program: Site, form: dict[str, str], **texts: str) -> httpx.Response:
    """Fill in the page of log-in; return the page that it leads to."""
    sent = await program.http.post(action_of(await begin(program, **texts)), data=form)
    assert sent.status_code == 303
    return await program.http.get(sent.headers["location"])


async def allow(program: Site, page: httpx.Response, how: str = "POST") -> dict[str, str]:
    """Fill in the page of consent; return what stands behind the # of the blank page."""
    sent = await program.http.request(how, action_of(page))
    assert sent.status_code == 303, sent.text
    sent = await program.http.get(sent.headers["location"])
    address, _, fragment = sent.headers["location"].partition("#")
    assert address == f"{URL}/blank.html"
    return dict(parse_qsl(fragment))


@pytest.mark.parametrize("how", ["GET", "POST"])
async def test_a_program_gets_a_token(program: Site, how: str) -> None:
    page = await log_in(program, ANNA)
    async with program.client.courtyard.database.read() as tx:
        [session] = await list_sessions(tx, program.client.ids["anna"], NOW)
        assert session.expires_at == NOW + REQUEST_SECONDS
    assert page.url.path == "/authorize"
    assert "__q_hash" in parse_qs(page.url.query.decode())
    assert "remixsid" in program.http.cookies
    told = await allow(program, page, how)
    assert "remixsid" not in program.http.cookies
    assert dict(parse_qsl(urlsplit(told["authorize_url"]).fragment))["access_token"] == told["access_token"]
    [me] = await ask_as(program, told["access_token"], "users.get")
    assert me["id"] == int(told["user_id"]) == program.client.ids["anna"]
    assert (await ask_as(program, told["access_token"], "wall.post", message="x"))["error_code"] == 7
    async with program.client.courtyard.database.read() as tx:
        assert await list_sessions(tx, program.client.ids["anna"], NOW) == [], "the session has ended"


async def ask_as(program: Site, token: str, method: str, **params: str) -> Any:
    asked = {"access_token": token, "v": "5.199"} | params
    answer = (await program.http.post(f"/method/{method}", data=asked)).json()
    return answer["response"] if "response" in answer else answer["error"]


async def test_who_has_logged_in_is_only_asked_to_allow(program: Site) -> None:
    await log_in(program, ANNA)
    page = await begin(program, scope="wall")
    assert "/authorize/allow" in action_of(page)
    assert (await allow(program, page))["access_token"]


async def test_what_is_wrong_is_said(program: Site) -> None:
    for form, words in (
        (ANNA | {"pass": "nonsense"}, "The login or the password is wrong."),
        ({}, "The login or the password is wrong."),
        ({"email": "lev@dvor.example", "pass": PASSWORD}, "one-time code"),
    ):
        page = await log_in(program, form)
        assert words in page.text
        assert "service_msg_warning" in page.text
        assert "remixsid" not in program.http.cookies
        assert "/authorize/log_in" in action_of(page), "one can try again"


async def test_passwords_cannot_be_guessed(program: Site) -> None:
    action = action_of(await begin(program))
    for _ in range(10):
        await program.http.post(action, data=ANNA | {"pass": "guess"})
    refused = await program.http.post(action, data=ANNA)
    assert refused.status_code == 429
    assert "remixsid" not in program.http.cookies


async def test_a_program_may_act_for_a_community_that_one_administers(program: Site) -> None:
    told = await allow(program, await log_in(program, ANNA, group_ids="1", scope="messages"))
    assert told["access_token_1"]
    other = await Site.open(program.client, **PROGRAM)
    page = await log_in(other, {"email": "clara@dvor.example", "pass": PASSWORD}, group_ids="1")
    assert (await other.http.post(action_of(page))).status_code == 400


async def test_a_browser_and_a_site_are_sent_to_the_page_of_consent(program: Site) -> None:
    browser = await program.ask("/authorize", client_id=program.id, response_type="token")
    assert browser.headers["location"].startswith("/consent/")
    site = await Site.open(program.client)
    answer = await begin(site, redirect_uri="https://site.example/back")
    assert answer.headers["location"].startswith("/consent/")


async def test_what_waits_at_the_page_of_consent_is_not_allowed_here(program: Site) -> None:
    page = await log_in(program, ANNA)
    browser = await program.ask("/authorize", client_id=program.id, response_type="token")
    waiting = browser.headers["location"].removeprefix("/consent/")
    for path in ("log_in", "allow"):
        refused = await program.http.post(f"/authorize/{path}", params={"request": waiting}, data=ANNA)
        assert refused.status_code == 400
    action = action_of(page)
    await program.http.post(action)
    assert (await program.http.post(action)).status_code == 400, "once"


async def test_nobody_allows_without_having_logged_in(program: Site) -> None:
    action = action_of(await log_in(program, ANNA))
    program.http.cookies.clear()
    assert (await program.http.post(action)).status_code == 400


async def test_without_the_password_grant_there_are_no_such_pages(program: Site) -> None:
    courtyard = program.client.courtyard
    courtyard.settings = msgspec.structs.replace(courtyard.settings, password_grant=False)
    program.http._transport.app = Application(courtyard)  # type: ignore[attr-defined]
    assert (await begin(program)).headers["location"].startswith("/consent/")
