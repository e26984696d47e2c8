"""OpenVK's browser flow: a program names itself, the person is warned, and the token can be taken back."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec
import pytest

from dvor.core.named_clients import NamedRequest, answer_named_request, begin_named_request
from dvor.dialects.vk.named import CONTINUE, NamedEndpoint
from dvor.methods.http import Asked
from tests.dialects.conftest import CastClient
from tests.web.test_consent import Browser
from tests.web.test_consent import browser as browser

TARGET = "https://somewhere.example/back?a=b"


@pytest.fixture
async def named(cast_client: CastClient) -> CastClient:
    courtyard = cast_client.courtyard
    courtyard.settings = msgspec.structs.replace(courtyard.settings, openvk_authorize=True)
    return cast_client


async def ask(browser: Browser, **special: Any) -> httpx.Response:
    asked = {"client_name": "Моя программа", "redirect_uri": TARGET} | special
    return await browser.open("/authorize", **{name: one for name, one in asked.items() if one})


@pytest.mark.parametrize(
    ("response_type", "uri", "mark"),
    [("", TARGET, "?"), ("php", TARGET, "?"), ("token", TARGET, "#")],
)
async def test_the_person_is_warned_and_the_token_can_be_taken_back(
    named: CastClient, browser: Browser, response_type: str, uri: str, mark: str
) -> None:
    answer = await ask(browser, response_type=response_type, redirect_uri=uri)
    assert answer.url.path == "/login"
    answer = await browser.log_in()
    for words in ("Моя программа", "Nobody has checked this name", urlsplit(uri).netloc):
        assert words in answer.text
    answer = await browser.send(answer.url.path, decision="allow")
    address = answer.headers["location"]
    assert address.startswith(uri)
    parts = urlsplit(address)
    told = dict(parse_qsl(parts.fragment if mark == "#" else parts.query))
    assert (told["expires_in"], told["user_id"]) == ("0", str(named.ids["anna"]))
    call = {"access_token": told["access_token"]}
    profile = (await named.http.get("/method/account.getProfileInfo", params=call)).json()
    assert profile["response"]["first_name"] == "Анна"
    answer = await browser.open("/settings/apps")
    assert "Моя программа" in answer.text
    answer = await browser.send("/settings/programs")
    for _ in range(3):  # the first ones listed are the newest
        if "Моя программа" not in answer.text:
            break
        answer = await browser.send("/settings/programs")
    assert (await named.http.get("/method/account.getProfileInfo", params=call)).status_code == 400


async def test_a_program_may_read_the_token_at_a_blank_page(named: CastClient) -> None:
    """Without httpx, which cannot be sent to about:blank."""
    courtyard, anna = named.courtyard, named.ids["anna"]
    secret = await begin_named_request(courtyard, NamedRequest("x", "about:blank", "php", CONTINUE))
    path = await answer_named_request(courtyard, secret, anna, is_allowed=True)
    query = {"ticket": path.rpartition("=")[2]}
    answer = await NamedEndpoint(courtyard).go_on(Asked({"type": "http"}, query, {}, frozenset()))
    assert answer.headers["location"].startswith("about:blank#access_token=dvor_")


async def test_no_is_told(named: CastClient, browser: Browser) -> None:
    await ask(browser)
    answer = await browser.log_in()
    page = answer.url.path
    answer = await browser.send(page, decision="deny")
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["error"] == "access_denied"
    assert (await browser.open(page)).status_code == 410, "an answer is given once"
    gone = await named.http.get("/authorize/named/continue", params={"ticket": "x"})
    assert gone.status_code == 400


@pytest.mark.parametrize(
    "special",
    [
        {"redirect_uri": ""},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://a.example/#x"},
        {"redirect_uri": "about:config"},
        {"client_name": "x" * 65},
        {"client_name": "a\u202eb"},
        {"response_type": "code"},
    ],
)
async def test_what_is_refused(named: CastClient, browser: Browser, special: dict[str, str]) -> None:
    answer = await ask(browser, **special)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_it_is_off_unless_switched_on(cast_client: CastClient, browser: Browser) -> None:
    answer = await ask(browser)
    assert (answer.status_code, answer.json()["error_description"]) == (400, "client_id is undefined")


async def test_a_program_of_another_person_stays(named: CastClient, browser: Browser) -> None:
    await ask(browser)
    answer = await browser.log_in()
    answer = await browser.send(answer.url.path, decision="allow")
    token = dict(parse_qsl(urlsplit(answer.headers["location"]).query))["access_token"]
    await browser.open("/settings/apps")
    foreign = browser.form("/settings/programs")["program"]
    other = Browser(named)
    await other.open("/login")
    await other.log_in("clara@dvor.example")
    await other.open("/settings/apps")
    form = {**other.form("/logout"), "program": foreign}
    await other.http.post("/settings/programs", data=form)
    await other.http.aclose()
    call = {"access_token": token}
    assert (await named.http.get("/method/account.getProfileInfo", params=call)).status_code == 200
