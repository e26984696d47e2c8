"""Signing up and a forgotten password: the form, the letter, the link, and what nobody learns on the way."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest

from dvor.cli.cast import PASSWORD
from dvor.core.invites import create_invite
from dvor.core.jobs import JobWorker
from dvor.model.letters import is_address
from tests.dialects.conftest import NOW, URL, CastClient
from tests.web.test_consent import Browser

NEW = {
    "first_name": "Zoya",
    "last_name": "New",
    "email": "Zoya@New.example",
    "password": "long enough",
}


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    yield browser
    await browser.http.aclose()


async def read_letter(client: CastClient, capsys: pytest.CaptureFixture[str]) -> str:
    """Let the jobs be done and return the letter that was printed."""
    capsys.readouterr()
    await JobWorker(client.courtyard).work_once()
    return capsys.readouterr().out


def find_link(letter: str) -> str:
    found = re.search(rf"^{URL}(/\S+\?key=\S+)$", letter, re.MULTILINE)
    assert found, letter
    return found[1]


def set_mode(client: CastClient, mode: str) -> None:
    client.courtyard.settings = msgspec.structs.replace(client.courtyard.settings, sign_up=mode)


async def test_a_link_makes_the_account_once(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    browser.http.headers["host"] = "evil.example"
    await browser.open("/signup", next="/apps")
    assert "Look in your mail" in (await browser.send("/signup", **NEW)).text
    letter = await read_letter(cast_client, capsys)
    assert "a letter to zoya@new.example\nSubject: Confirm your e-mail address\n" in letter
    assert "evil" not in letter
    link = find_link(letter)
    assert (await browser.open("/apps")).url.path == "/login", "the link alone has done nothing"
    page = await browser.open(link)
    assert "zoya@new.example" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await browser.send("/signup/confirm")).url.path == "/apps"
    assert "Zoya" in (await browser.open("/")).text
    assert (await browser.open(link)).status_code == 410
    other = Browser(cast_client)
    await other.open("/login")
    assert (await other.log_in("zoya@new.example", "long enough")).url.path == "/"
    await other.http.aclose()


async def test_nobody_learns_who_has_an_account(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.open("/signup")
    stranger = await browser.send("/signup", **NEW)
    welcome = await read_letter(cast_client, capsys)
    await browser.open("/signup")
    known = await browser.send("/signup", **NEW | {"email": "anna@dvor.example"})
    assert known.text == stranger.text
    letter = await read_letter(cast_client, capsys)
    assert "already" in letter
    assert "key=" in welcome
    assert "key=" not in letter
    await browser.open("/reset")
    stranger = await browser.send("/reset", email="nobody@new.example")
    assert await read_letter(cast_client, capsys) == "", "and strangers get no letters"
    await browser.open("/reset")
    assert (await browser.send("/reset", email="anna@dvor.example")).text == stranger.text
    assert "key=" in await read_letter(cast_client, capsys)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("email", "no address", "no e-mail address"),
        ("email", "a@b\r\nBcc: c@d.example", "no e-mail address"),
        ("password", "short", "at least 8"),
        ("password", "zoya@new.example", "at least 8"),
        ("first_name", " ", "first name"),
        ("last_name", "x" * 65, "last name"),
    ],
)
async def test_what_cannot_be_taken_is_said(browser: Browser, field: str, value: str, told: str) -> None:
    await browser.open("/signup")
    answer = await browser.send("/signup", **NEW | {field: value})
    assert (answer.status_code, told in answer.text) == (400, True)
    assert NEW["password"] not in answer.text


async def test_only_the_invited(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    set_mode(cast_client, "invite")
    code = await create_invite(cast_client.courtyard)
    await browser.open("/signup")
    assert (await browser.send("/signup", **NEW, invite="wrong")).status_code == 400
    links = []
    for email in ("one@new.example", "two@new.example"):
        await browser.open("/signup", invite=code)
        await browser.send("/signup", **NEW | {"email": email})
        links.append(find_link(await read_letter(cast_client, capsys)))
    for link, path, status in zip(links, ("/", "/signup/confirm"), (200, 410), strict=True):
        other = Browser(cast_client)
        await other.open(link)
        answer = await other.send("/signup/confirm")
        assert (answer.url.path, answer.status_code) == (path, status)
        await other.http.aclose()
    set_mode(cast_client, "closed")
    page = await browser.open("/signup")
    assert "Nobody can sign up here." in page.text
    assert 'name="email"' not in page.text
    assert "/signup" not in (await browser.open("/")).text


async def test_a_new_password_by_letter(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.open("/apps")
    await browser.log_in()
    visitor = Browser(cast_client, "ru")
    await visitor.open("/reset")
    await visitor.send("/reset", email="Anna@dvor.example")
    letter = await read_letter(cast_client, capsys)
    assert "Задайте новый здесь в течение часа:" in letter
    link = find_link(letter)
    await visitor.open(link)
    assert (await visitor.send("/reset/new", password="short")).status_code == 400
    assert "Сохранено." in (await visitor.send("/reset/new", password="quite another")).text
    assert (await browser.open("/apps")).url.path == "/login", "the old sessions are over"
    assert await cast_client.refuse("account.getInfo") == 5, "and so are the tokens"
    assert (await browser.log_in("anna@dvor.example", PASSWORD)).status_code == 403
    assert (await browser.log_in("anna@dvor.example", "quite another")).url.path == "/apps"
    assert (await visitor.open(link)).status_code == 410
    await visitor.http.aclose()


async def test_links_and_letters_have_limits(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        await browser.open("/reset")
        await browser.send("/reset", email="anna@dvor.example")
    link = find_link(await read_letter(cast_client, capsys))
    await browser.open("/reset")
    assert (await browser.send("/reset", email="anna@dvor.example")).status_code == 429
    cast_client.courtyard.clock = lambda: NOW + 3601
    assert (await browser.open(link)).status_code == 410
    assert (await browser.open("/signup/confirm?key=x")).status_code == 410


async def test_the_language_can_be_chosen(browser: Browser) -> None:
    assert "Забыли пароль?" in (await browser.open("/login?next=/apps&lang=ru")).text
    page = await browser.open("/reset")
    assert "Забыли пароль?" in page.text, "and stays chosen"
    assert "next=%2Fapps&amp;lang=en" in (await browser.open("/login?next=/apps")).text


def test_addresses() -> None:
    assert is_address("a.b+c@dvor.example")
    for wrong in ("a", "a@b", "a@@b.c", "a b@c.de", "a@b..de", "a@b.c\n", "é@b.de", f"{'a' * 65}@b.de", ""):
        assert not is_address(wrong), wrong
