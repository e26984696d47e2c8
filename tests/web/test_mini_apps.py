"""Mini-apps: who may be told who looks, what is signed, and what the frame may show."""

import hashlib
import hmac
import html
import re
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.dialects.conftest import NOW, URL, CastClient
from tests.dialects.consent import Site
from tests.web.test_consent import Browser
from tests.web.test_consent import browser as browser

PLACE = "https://site.example/play?level=1"


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client, platform="mini-app", website=PLACE, redirect_uris=[])


def framed(answer: httpx.Response) -> dict[str, str]:
    """Return the parameters that the frame is opened with."""
    [address] = re.findall(r'<iframe [^>]*src="([^"]+)"', answer.text)
    parts = urlsplit(html.unescape(address))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://site.example/play"
    return dict(parse_qsl(parts.query, keep_blank_values=True))


async def visit(browser: Browser, site: Site) -> httpx.Response:
    await browser.open(f"/app{site.id}")
    answer = await browser.log_in()
    assert "Соседи" in answer.text
    return await browser.send(answer.url.path, decision="allow")


async def test_the_app_is_told_who_looks(browser: Browser, site: Site) -> None:
    answer = await visit(browser, site)
    policy = answer.headers["content-security-policy"]
    assert "frame-src https://site.example" in policy
    assert "frame-ancestors 'none'" in policy
    told, anna = framed(answer), str(site.client.ids["anna"])
    assert told["level"] == "1", "the app's own query stays"
    assert (told["api_id"], told["viewer_id"], told["is_app_user"]) == (site.id, anna, "1")
    assert told["auth_key"] == hashlib.md5(f"{site.id}_{anna}_{site.secret}".encode()).hexdigest()
    launch = {name: value for name, value in told.items() if name.startswith("vk_")}
    assert (launch["vk_user_id"], launch["vk_app_id"], launch["vk_ts"]) == (anna, site.id, str(NOW))
    message = urlencode(sorted(launch.items())).encode()
    signature = hmac.digest(site.secret.encode(), message, "sha256")
    assert told["sign"] == urlsafe_b64encode(signature).decode().rstrip("=")
    call: dict[str, Any] = {"access_token": told["access_token"], "v": "5.199"}
    [user] = (await site.http.get("/method/users.get", params=call)).json()["response"]
    assert str(user["id"]) == anna
    answer = await browser.open(f"/app{site.id}")
    assert framed(answer)["viewer_id"] == anna, "the second time nothing is asked"
    await browser.open("/settings/apps")
    await browser.send("/settings/apps")
    assert "error" in (await site.http.get("/method/users.get", params=call)).json()


async def test_who_says_no_is_told_to_nobody(browser: Browser, site: Site) -> None:
    await browser.open(f"/app{site.id}")
    answer = await browser.log_in()
    answer = await browser.send(answer.url.path, decision="deny")
    assert answer.url.path == "/"


async def test_a_ticket_is_good_once_and_for_its_own_person(browser: Browser, site: Site) -> None:
    await visit(browser, site)
    sent = await browser.http.get(f"/app{site.id}")
    sent = await browser.http.get(sent.headers["location"])
    address = sent.headers["location"]
    assert address.startswith(f"/app{site.id}?ticket=")
    other = Browser(site.client)
    await other.open("/login")
    await other.log_in("clara@dvor.example")
    answer = await other.open(address)
    assert "<iframe" not in answer.text
    await other.http.aclose()
    again = await browser.http.get(address)
    assert again.status_code == 303, "it was taken"


@pytest.mark.parametrize(
    "special",
    [{"platform": "website"}, {"protocols": ["vk"]}, {"website": f"{URL}/settings/apps"}, {"website": ""}],
)
async def test_what_does_not_open_in_a_frame(
    browser: Browser, cast_client: CastClient, special: dict[str, Any]
) -> None:
    described = {"platform": "mini-app", "website": PLACE} | special
    site = await Site.open(cast_client, **described)
    await browser.open("/login")
    await browser.log_in()
    answer = await browser.open(f"/app{site.id}")
    assert (answer.status_code, "There is no such app." in answer.text) == (404, True)
