"""“My apps”: the form, the call, the secrets behind a password or a call, settings, statistics, the end."""

import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from dvor.cli.cast import PASSWORD
from dvor.model.apps import PROTOCOLS
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.consent import BACK
from tests.web.test_consent import Browser

NEW = {
    "title": "Соседи",
    "platform": "website",
    "website": "https://site.example",
    "base_domain": "Site.example",
    "category": "Education",
}


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/apps")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


async def create(browser: Browser, capsys: pytest.CaptureFixture[str]) -> str:
    """Go through the form and the call; return the app's path."""
    await browser.open("/apps/new")
    answer = await browser.send("/apps/new", **NEW)
    path = answer.url.path
    assert path.endswith("/connect"), answer.text
    await browser.send(path, phone="+74950000001")
    answer = await browser.send(path, digits=printed_digits(capsys))
    assert answer.url.path == path.replace("connect", "settings"), answer.text
    return path.removesuffix("/connect")


def printed_digits(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip()[-5:].replace(" ", "")


async def test_an_app_is_registered_by_a_call(browser: Browser, capsys, cast_client: CastClient) -> None:
    path = await create(browser, capsys)
    app_id = path.removeprefix("/apps/")
    answer = await browser.send(f"{path}/settings", redirect_uris=f"{BACK}\r\n{BACK}/2")
    assert "Saved." in answer.text
    asked = {"client_id": app_id, "redirect_uri": f"{BACK}/2"}
    assert (await cast_client.http.get("/authorize", params=asked)).status_code == 303
    answer = await browser.open("/apps")
    assert "Соседи" in answer.text
    assert "not connected" not in answer.text
    answer = await browser.open(f"{path}/use")
    assert answer.text.count(app_id) > 8
    assert "YOUR_SECURE_KEY" in answer.text


async def test_an_app_that_is_not_confirmed_logs_nobody_in(
    browser: Browser, capsys, cast_client: CastClient
) -> None:
    await browser.open("/apps/new")
    answer = await browser.send("/apps/new", **NEW)
    path = answer.url.path
    app_id = path.split("/")[2]
    assert "Call" in answer.text
    answer = await browser.send(path, phone="12345")
    assert "no number that can be called" in answer.text
    answer = await browser.send(path, phone="+7 495 000-00-01")
    assert "+74950000001" in answer.text
    wrong = f"{(int(printed_digits(capsys)) + 1) % 10_000:04}"
    answer = await browser.send(path, digits=wrong)
    assert "not the digits" in answer.text
    asked = {"client_id": app_id, "redirect_uri": BACK}
    assert (await cast_client.http.get("/authorize", params=asked)).status_code == 401


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("title", " ", "Title"),
        ("website", "", "Website address"),
        ("website", "site.example", "Website address"),
        ("base_domain", "https://site.example", "Base domain"),
        ("platform", "toaster", "Platform"),
    ],
)
async def test_what_is_filled_in_wrongly_is_named(
    browser: Browser, field: str, value: str, word: str
) -> None:
    await browser.open("/apps/new")
    answer = await browser.send("/apps/new", **(NEW | {field: value}))
    assert answer.status_code == 400
    assert f'<p class="problem" role="alert">{word}:' in answer.text
    assert "Education" in answer.text, "the rest is kept"


async def test_secrets_are_shown_to_who_proves_himself(browser: Browser, capsys) -> None:
    path = f"{await create(browser, capsys)}/secret"
    key = re.compile(r'id="secure-key">([0-9a-f]{32})<')
    answer = await browser.open(path)
    assert not key.search(answer.text)
    answer = await browser.send(path, step="password", password="wrong")
    assert (answer.status_code, key.search(answer.text)) == (403, None)
    answer = await browser.send(path, step="password", password=PASSWORD)
    shown = key.search(answer.text)
    assert shown
    await browser.open(path)
    fields = browser.form(path)
    called = await browser.http.post(path, data=fields | {"step": "call", "phone": "+74950000001"})
    assert not key.search(called.text)
    confirmed = await browser.http.post(
        path, data=fields | {"step": "confirm", "phone": "x", "digits": printed_digits(capsys)}
    )
    again = key.search(confirmed.text)
    assert again
    assert again[1] == shown[1]
    await browser.open(path)
    answer = await browser.send(path, step="password", password=PASSWORD, rotate="1")
    new = key.search(answer.text)
    assert new
    assert new[1] != shown[1]


async def test_protocols_are_chosen(browser: Browser, capsys) -> None:
    path = f"{await create(browser, capsys)}/settings"
    fields = browser.form(path)
    chosen = {name for name in fields if name.startswith("protocol_")}
    assert "Weak: there is no state" in (await browser.open(path)).text
    kept = {"csrf": fields["csrf"], "redirect_uris": BACK, "protocol_sngine": "on"}
    await browser.http.post(path, data=kept)
    answer = await browser.open(path)
    assert chosen == {f"protocol_{name}" for name in PROTOCOLS}
    assert re.findall(r'name="protocol_(\w+)" checked', answer.text) == ["sngine"]
    answer = await browser.send(path, redirect_uris="javascript:alert(1)")
    assert answer.status_code == 400
    assert "Authorized redirect URI:" in answer.text


async def test_statistics_are_drawn(browser: Browser, capsys, cast_client: CastClient) -> None:
    path = await create(browser, capsys)
    app_id = int(path.removeprefix("/apps/"))
    for moment in (NOW, NOW, NOW - 86400):
        cast_client.courtyard.touches.use_token(b"x", moment, app_id)
    await cast_client.courtyard.touches.flush()
    answer = await browser.open(f"{path}/statistics")
    assert "Calls of methods: 3" in answer.text
    assert answer.text.count("<rect") == 90
    assert re.search(r'height="60.0"><title>2026-11-17: 1</title>', answer.text)
    assert re.search(r'height="120.0"><title>2026-11-18: 2</title>', answer.text)


async def test_an_app_ends(browser: Browser, capsys) -> None:
    path = await create(browser, capsys)
    await browser.open(f"{path}/delete")
    answer = await browser.send(f"{path}/delete")
    assert answer.url.path == "/apps"
    assert "Соседи" not in answer.text
    assert (await browser.open(path)).status_code == 404


async def test_the_apps_of_others_are_nobodys_business(browser: Browser, capsys, cast_client) -> None:
    path = await create(browser, capsys)
    stranger = Browser(cast_client)
    await stranger.open("/apps")
    await stranger.log_in("boris@dvor.example")
    for tab in ("", "/settings", "/secret", "/statistics", "/use", "/delete", "/connect"):
        assert (await stranger.open(path + tab)).status_code == 404
    assert (await stranger.open(f"/apps/{2**63}")).status_code == 404
    await stranger.http.aclose()


def draw_picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (300, 120), "teal").save(data, "PNG")
    return data.getvalue()


async def test_an_icon(browser: Browser, capsys, cast_client: CastClient) -> None:
    path = await create(browser, capsys)
    page = await browser.open(path)
    csrf = browser.form(f"{path}/icon")["csrf"]

    async def send(data: bytes) -> httpx.Response:
        files = {"icon": ("icon.png", data, "image/png")}
        return await browser.http.post(f"{path}/icon", data={"csrf": csrf}, files=files)

    refused = await send(b"no picture")
    assert (refused.status_code, "no picture that can be read" in refused.text) == (400, True)
    assert (await send(draw_picture())).status_code == 303
    [icon] = re.findall(r'<img class="icon" src="(/files/[0-9a-f]{64})"', (await browser.open(path)).text)
    kept = Image.open(io.BytesIO((await browser.http.get(icon)).content))
    assert kept.size == (200, 200)
    assert icon in (await browser.open("/apps")).text
    page = await browser.open("/authorize", client_id=path.removeprefix("/apps/"), redirect_uri=BACK)
    assert icon not in page.text, "no redirect address yet"
    await browser.open(f"{path}/settings")
    await browser.send(f"{path}/settings", redirect_uris=BACK)
    page = await browser.open("/authorize", client_id=path.removeprefix("/apps/"), redirect_uri=BACK)
    assert icon in page.text
    await browser.send(page.url.path, decision="allow")
    assert icon in (await browser.open("/settings/apps")).text
    stranger = Browser(cast_client)
    await stranger.open("/apps")
    await stranger.log_in("clara@dvor.example")
    await stranger.http.post(f"{path}/icon", data=stranger.form("/logout"))
    await stranger.http.aclose()
    assert icon in (await browser.open(path)).text, "nobody else takes it away"
    await browser.http.post(f"{path}/icon", data={"csrf": csrf})
    assert icon not in (await browser.open(path)).text


async def test_a_passkey_of_another_shows_no_secret(browser: Browser, capsys) -> None:
    path = await create(browser, capsys)
    await browser.open(f"{path}/secret")
    fields = browser.form(f"{path}/secret") | {"step": "passkey", "credential": "{}"}
    answer = await browser.http.post(f"{path}/secret", data=fields)
    assert (answer.status_code, "passkey is not known" in answer.text) == (403, True)
    assert "secure-key" not in answer.text
