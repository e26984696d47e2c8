"""Another e-mail address: both letters have to be opened, in either order, and nothing else changes it."""

import re
from collections.abc import AsyncIterator

import pytest

from dvor.cli.cast import PASSWORD
from dvor.core.jobs import JobWorker
from tests.dialects.conftest import NOW, URL, CastClient
from tests.web.test_consent import Browser

OLD, NEW = "anna@dvor.example", "anna@new.example"


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/settings/security")
    await browser.log_in()
    yield browser
    await browser.http.aclose()


async def read_letters(client: CastClient, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Let the jobs be done and return the letters that were printed, by their address."""
    capsys.readouterr()
    await JobWorker(client.courtyard).work_once()
    printed = capsys.readouterr().out
    return dict(re.findall(r"a letter to (\S+)\n(.*?)(?=a letter to|\Z)", printed, re.DOTALL))


async def ask(
    browser: Browser, client: CastClient, capsys: pytest.CaptureFixture[str], email: str = NEW
) -> dict[str, str]:
    await browser.open("/settings/security")
    answer = await browser.send("/settings/email", email=email, password=PASSWORD)
    assert "Letters are on their way" in answer.text
    letters = await read_letters(client, capsys)
    links = {
        to: re.findall(rf"^{URL}(/email/confirm\S+)$", text, re.MULTILINE) for to, text in letters.items()
    }
    return {to: found[0] if found else "" for to, found in links.items()}


async def can_log_in(client: CastClient, login: str) -> bool:
    browser = Browser(client)
    await browser.open("/login")
    status = (await browser.log_in(login)).status_code
    await browser.http.aclose()
    return status == 200


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
async def test_both_addresses_confirm(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str], order: tuple[str, str]
) -> None:
    links = await ask(browser, cast_client, capsys)
    assert set(links) == {OLD, NEW}
    visitor = Browser(cast_client)  # a mail program elsewhere, where nobody is logged in
    for to in order:
        page = await visitor.open(links[to])
        assert NEW in page.text
        assert await can_log_in(cast_client, OLD), "not yet"
        page = await visitor.send("/email/confirm")
        assert "Confirmed." in page.text
        assert (await visitor.open(links[to])).status_code == 410
    await visitor.http.aclose()
    assert NEW in page.text
    assert not await can_log_in(cast_client, OLD)
    assert await can_log_in(cast_client, NEW)
    [user] = await cast_client.get("users.get")
    assert user["id"] == cast_client.ids["anna"], "tokens go on living"


async def test_one_link_twice_is_not_two(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    links = await ask(browser, cast_client, capsys)
    await browser.open(links[NEW])
    key = browser.form("/email/confirm")
    for _ in range(2):
        await browser.http.post("/email/confirm", data=key)
    assert not await can_log_in(cast_client, NEW)


async def test_an_address_that_has_an_account(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    links = await ask(browser, cast_client, capsys, "boris@dvor.example")
    assert links["boris@dvor.example"] == "", "its owner is told that he has an account"
    assert (await browser.open(links[OLD])).status_code == 410
    first = await ask(browser, cast_client, capsys)
    other = Browser(cast_client)
    await other.open("/settings/security")
    await other.log_in("boris@dvor.example")
    await other.send("/settings/email", email=NEW, password=PASSWORD)
    letters = await read_letters(cast_client, capsys)
    for text in letters.values():
        [link] = re.findall(rf"^{URL}(/email/confirm\S+)$", text, re.MULTILINE)
        await other.open(link)
        await other.send("/email/confirm")
    await other.http.aclose()
    assert await can_log_in(cast_client, NEW)
    await browser.open(first[OLD])
    await browser.send("/email/confirm")
    await browser.open(first[NEW])
    assert (await browser.send("/email/confirm")).status_code == 410, "another was faster"


async def test_what_is_refused(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.open("/settings/security")
    assert (await browser.send("/settings/email", email=NEW, password="wrong")).status_code == 403
    for email in (OLD, "no address", ""):
        await browser.open("/settings/security")
        answer = await browser.send("/settings/email", email=email, password=PASSWORD)
        assert (answer.status_code, "no other e-mail" in answer.text) == (400, True)
    links = await ask(browser, cast_client, capsys)
    cast_client.courtyard.clock = lambda: NOW + 86401
    assert (await browser.open(links[NEW])).status_code == 410, "too old"
