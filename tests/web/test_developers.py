"""Sngine's form of an app: the same app, registered by other fields."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.dialects.conftest import CastClient
from tests.dialects.consent import BACK
from tests.web.test_apps import draw_picture, printed_digits
from tests.web.test_consent import Browser

NEW = {
    "app_name": "Клуб",
    "app_domain": "site.example",
    "app_redirect_url": BACK,
    "app_description": "Для соседей",
    "app_category": "Education",
}


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/developers/new")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


async def send(browser: Browser, **special: str) -> httpx.Response:
    await browser.open("/developers/new")
    files = {"app_icon": ("icon.png", draw_picture(), "image/png")}
    data = {"csrf": browser.form("/developers/new")["csrf"]} | NEW | special
    return await browser._follow(await browser.http.post("/developers/new", data=data, files=files))


async def test_it_makes_the_same_app(
    browser: Browser, capsys: pytest.CaptureFixture[str], cast_client: CastClient
) -> None:
    answer = await send(browser)
    path = answer.url.path
    assert path.endswith("/connect"), answer.text
    await browser.send(path, phone="+74950000001")
    await browser.send(path, digits=printed_digits(capsys))
    app_id = path.split("/")[2]
    answer = await browser.open(f"/developers/edit/{app_id}")
    assert answer.url.path == f"/apps/{app_id}"
    for told in ("Клуб", "Для соседей", 'class="icon" src="/files/', 'value="https://site.example"'):
        assert told in answer.text
    answer = await browser.open("/api/oauth", app_id=app_id)
    assert answer.url.path.startswith("/consent/")
    answer = await browser.send(answer.url.path, decision="allow")
    assert answer.headers["location"].startswith(f"{BACK}?auth_key=")
    assert (await browser.open("/developers")).url.path == "/apps"


@pytest.mark.parametrize(
    "special",
    [
        {"app_name": ""},
        {"app_domain": "no domain"},
        {"app_redirect_url": "javascript:alert(1)"},
        {"app_redirect_url": ""},
        {"app_redirect_url": "https://[x"},
        {"app_description": "x" * 201},
        {"app_category": "Nonsense"},
    ],
)
async def test_what_is_filled_in_wrongly(browser: Browser, special: dict[str, str]) -> None:
    answer = await send(browser, **special)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
