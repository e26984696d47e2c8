"""“Credentials”: for administrators alone; made, changed, shown behind the password, counted, deleted."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from dvor.cli.cast import PASSWORD
from dvor.model.credentials import sign
from tests.dialects.conftest import NOW, CastClient
from tests.web.test_consent import Browser

SALT = "0cc175b9c0f1b6a831c399e269772661"


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/credentials")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


async def ask(client: CastClient, key_id: str, secret: str, **special: str) -> str:
    """Make a call; return the first word of the answer, or what was wrong."""
    asked = {
        "go": "users",
        "do": "get",
        "iq": "1",
        "timestamp": str(NOW),
        "salt": SALT,
        "key": key_id,
    } | special
    asked["signature"] = sign(secret, SALT, str(NOW))
    answer = (await client.http.get("/api.php", params=asked)).json()
    return str(answer.get("error_long") or next(iter(answer)))


async def send(browser: Browser, path: str, **fields: str) -> httpx.Response:
    """Send the form of a credential; of its boxes only that of the statistics is ticked."""
    form = browser.form(path)
    for box in ("uses_salts_once", "allows_md5"):
        del form[box]
    filled = form | {"general": "read"} | fields
    return await browser._follow(await browser.http.post(path, data=filled))


async def create(browser: Browser, **fields: str) -> tuple[str, str]:
    """Go through the form; return Key ID and secret as the page shows them."""
    await browser.open("/credentials/new")
    answer = await send(browser, "/credentials/new", **({"title": "Телевидение"} | fields))
    assert answer.status_code == 200, answer.text
    return shown(answer.text, "key-id"), shown(answer.text, "shared-secret")


def shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}">([^<]+)<', page)
    assert found is not None, page
    return found[1]


async def test_a_credential_is_made_and_signs(browser: Browser, cast_client: CastClient) -> None:
    key_id, secret = await create(browser)
    assert (len(key_id), len(secret)) == (32, 64)
    assert await ask(cast_client, key_id, secret) == "data"
    answer = await browser.open("/credentials")
    assert "Телевидение" in answer.text
    assert secret not in (await browser.open(f"/credentials/{key_id}")).text


async def test_a_credential_is_changed(browser: Browser, cast_client: CastClient) -> None:
    key_id, secret = await create(browser)
    path = f"/credentials/{key_id}"
    await browser.open(path)
    answer = await send(browser, path, referers="Site.example, blank", section_users="none", expiration="60")
    assert "Saved." in answer.text
    assert 'value="site.example, blank"' in answer.text
    assert 'value="60"' in answer.text
    assert await ask(cast_client, key_id, secret) == "Permission denied"
    answer = await send(browser, path, section_users="", referers="site.example")
    assert await ask(cast_client, key_id, secret) == "Invalid referer"
    for special, text in (
        ({"referers": "http://x"}, "Allowed referers"),
        ({"expiration": "0"}, "Requests expiration time"),
        ({"expiration": "x"}, "Requests expiration time"),
        ({"general": "all"}, "General permission"),
        ({"title": " "}, "Title"),
        ({"section_users": "all"}, "Permissions of sections"),
    ):
        await browser.open(path)
        answer = await send(browser, path, **special)
        assert answer.status_code == 400
        assert re.search(rf'role="alert">{text}', answer.text), special


async def test_the_secret_is_behind_the_password(browser: Browser, cast_client: CastClient) -> None:
    key_id, secret = await create(browser)
    path = f"/credentials/{key_id}/secret"
    assert secret not in (await browser.open(path)).text
    answer = await browser.send(path, password="wrong")
    assert answer.status_code == 403
    assert secret not in answer.text
    answer = await browser.send(path, password=PASSWORD)
    assert shown(answer.text, "shared-secret") == secret
    await browser.open(path)
    answer = await browser.send(path, password=PASSWORD, rotate="1")
    fresh = shown(answer.text, "shared-secret")
    assert await ask(cast_client, key_id, secret) == "Invalid signature"
    assert await ask(cast_client, key_id, fresh) == "data"


async def test_calls_are_shown(browser: Browser, cast_client: CastClient) -> None:
    key_id, secret = await create(browser)
    for do in ("get", "get", "teleport"):
        await ask(cast_client, key_id, secret, do=do)
    await cast_client.courtyard.touches.flush()
    answer = await browser.open(f"/credentials/{key_id}/statistics")
    assert "Calls: 3" in answer.text
    assert "Errors: 1" in answer.text
    assert re.search(r"users\.get</code></td><td>2</td><td>0</td>", answer.text)
    assert re.search(r"unknown</code></td><td>1</td><td>1</td>", answer.text)
    assert answer.text.count("<rect") == 60
    assert "Last used" in answer.text


async def test_hooks_are_set(browser: Browser) -> None:
    key_id, _ = await create(browser)
    path = f"/credentials/{key_id}/hooks"
    await browser.open(path)
    answer = await browser.send(path, registration="http://a.example/\r\nhttp://b.example/x", delete="")
    assert "Saved." in answer.text
    assert "http://a.example/\nhttp://b.example/x</textarea>" in answer.text
    answer = await browser.send(path, registration="", change="ftp://a.example/")
    assert answer.status_code == 400
    assert "Told when a user&#39;s data change: is no address" in answer.text
    answer = await browser.open(path)
    assert "http://b.example/x" in answer.text


async def test_a_credential_is_deleted(browser: Browser, cast_client: CastClient) -> None:
    key_id, secret = await create(browser)
    await browser.open(f"/credentials/{key_id}/delete")
    answer = await browser.send(f"/credentials/{key_id}/delete")
    assert "Телевидение" not in answer.text
    assert await ask(cast_client, key_id, secret) == "Invalid key"
    assert (await browser.open(f"/credentials/{key_id}")).status_code == 404


async def test_nobody_else_gets_in(browser: Browser, cast_client: CastClient) -> None:
    key_id, _ = await create(browser)
    other = Browser(cast_client)
    await other.open("/login")
    answer = await other.log_in("boris@dvor.example")
    assert "/credentials" not in answer.text
    pages = [
        "",
        "/new",
        f"/{key_id}",
        f"/{key_id}/secret",
        f"/{key_id}/hooks",
        f"/{key_id}/statistics",
        f"/{key_id}/delete",
    ]
    for page in pages:
        answer = await other.open(f"/credentials{page}")
        assert answer.status_code == 403, page
        assert "Телевидение" not in answer.text
    await other.http.aclose()
    stranger = Browser(cast_client)
    for page in pages:
        answer = await stranger.open(f"/credentials{page}")
        assert answer.url.path == "/login"
    await stranger.http.aclose()
