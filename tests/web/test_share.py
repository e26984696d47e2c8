"""The share page: a link from another site becomes a post, where its person wants it and may write."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.dialects.conftest import CastClient
from tests.web.test_consent import Browser

URL = "https://site.example/a?b=c&d=%D0%B9"


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    yield browser
    await browser.http.aclose()


async def last_post(client: CastClient, owner_id: int) -> Any:
    return (await client.get("wall.get", owner_id=owner_id, count=1))["items"][0]


async def test_a_link_is_shared_on_ones_wall(cast_client: CastClient, browser: Browser) -> None:
    answer = await browser.open("/share", url=URL)
    assert answer.url.path == "/login"
    answer = await browser.log_in()
    assert answer.url.path == "/share"
    assert "site.example" in answer.text
    answer = await browser.send("/share", text="Смотрите", place="0")
    assert "Shared." in answer.text
    post = await last_post(cast_client, cast_client.ids["anna"])
    assert post["text"] == "Смотрите"
    assert post["attachments"][0]["link"]["url"] == URL


async def test_a_link_is_shared_in_a_community_that_one_edits(
    cast_client: CastClient, browser: Browser
) -> None:
    await browser.open("/share", url=URL)
    answer = await browser.log_in()
    assert '<option value="1" >Садовый двор</option>' in answer.text
    await browser.send("/share", text="", place="1")
    post = await last_post(cast_client, -1)
    assert (post["from_id"], post["attachments"][0]["link"]["url"]) == (-1, URL)
    await browser.open("/share", url=URL)
    answer = await browser.send("/share", text="", place="999")
    assert (answer.status_code, "cannot be shared there" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "//site.example", "https://", "https://a@b.example", "https://a b.example"],
)
async def test_what_is_no_address(browser: Browser, url: str) -> None:
    await browser.open("/login")
    await browser.log_in()
    answer = await browser.open("/share", url=url)
    assert (answer.status_code, "no address" in answer.text) == (403, True)


async def test_another_site_cannot_write_in_ones_name(cast_client: CastClient, browser: Browser) -> None:
    await browser.open("/share", url=URL)
    await browser.log_in()
    anna = cast_client.ids["anna"]
    before = await last_post(cast_client, anna)
    answer = await browser.http.post("/share", data={"url": URL, "text": "spam", "place": "0"})
    assert answer.status_code == 403
    assert await last_post(cast_client, anna) == before
