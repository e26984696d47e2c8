"""`/settings/profile`, the photo, and `/settings/privacy`."""

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from tests.dialects.conftest import CastClient
from tests.web.test_consent import Browser


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/settings/profile")
    await browser.log_in("boris@dvor.example")
    yield browser
    await browser.http.aclose()


async def test_what_a_person_tells_is_seen_by_clients(cast_client: CastClient, browser: Browser) -> None:
    page = await browser.send(
        "/settings/profile",
        first_name="Boris",
        screen_name="Boris.V",
        sex="2",
        relation="4",
        birth_date="1985-11-03",
        birth_date_visibility="2",
        city="Tver",
        country="Россия",
        status="Чай <b>",
        site="https://boris.example",
        university_name="МГУ",
        graduation="2008",
        about="Я",
    )
    assert "Saved." in page.text
    assert "Чай &lt;b&gt;" in page.text
    (user,) = await cast_client.get(
        "users.get",
        "boris",
        fields="bdate,city,country,status,site,relation,sex,about,education,screen_name",
    )
    assert user["first_name"] == "Boris"
    assert user["bdate"] == "3.11"
    assert user["city"] == {"id": 0, "title": "Tver"}, "the number was Moscow's"
    assert (user["status"], user["relation"], user["screen_name"]) == ("Чай <b>", 4, "boris.v")
    assert (user["university_name"], user["graduation"], user["about"]) == ("МГУ", 2008, "Я")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("first_name", "", "Write your first name"),
        ("screen_name", "id5", "A short name has"),
        ("screen_name", "anna", "This short name is another&#39;s."),
        ("birth_date", "2999-01-01", "no date of birth"),
        ("birth_date", "1985-13-01", "no date of birth"),
        ("site", "javascript:alert(1)", "begins with http"),
        ("graduation", "12", "no year of graduation"),
        ("sex", "7", "no choice"),
        ("relation", "x", "no choice"),
        ("about", "x" * 5000, "too long"),
    ],
)
async def test_what_cannot_be_taken(
    cast_client: CastClient, browser: Browser, field: str, value: str, told: str
) -> None:
    page = await browser.send("/settings/profile", **{"home_town": "kept in the form", field: value})
    assert (page.status_code, told in page.text) == (400, True), page.text
    assert "kept in the form" in page.text
    assert "kept" not in (await browser.open("/settings/profile")).text


async def upload(browser: Browser, data: bytes, csrf: str | None = None) -> httpx.Response:
    token = browser.form("/settings/photo")["csrf"] if csrf is None else csrf
    answer = await browser.http.post(
        "/settings/photo", data={"csrf": token}, files={"photo": ("me.png", data, "image/png")}
    )
    return await browser._follow(answer)


async def test_a_photo(cast_client: CastClient, browser: Browser) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 120), "#c03040").save(buffer, "PNG")
    assert (await upload(browser, buffer.getvalue(), csrf="")).status_code == 403
    await browser.open("/settings/profile")
    assert "no picture that can be read" in (await upload(browser, b"no picture")).text
    assert "Saved." in (await upload(browser, buffer.getvalue())).text
    (user,) = await cast_client.get(
        "users.get", "boris", fields="photo_50,photo_200,photo_max_orig,has_photo"
    )
    for name, size in (("photo_50", (50, 50)), ("photo_200", (200, 200)), ("photo_max_orig", (300, 120))):
        with Image.open(io.BytesIO((await browser.http.get(user[name])).content)) as image:
            assert image.size == size, name
    await browser.send("/settings/photo/remove")
    (user,) = await cast_client.get("users.get", "boris", fields="has_photo")
    assert user["has_photo"] == 0


async def test_the_blacklist(cast_client: CastClient, browser: Browser) -> None:
    await browser.open("/settings/privacy")
    for nobody in ("nobody-here", "boris", "999999", ""):
        answer = await browser.send("/settings/blacklist", name=nobody)
        assert (answer.status_code, "There is no such person" in answer.text) == (400, True)
    answer = await browser.send("/settings/blacklist", name="@anna")
    assert "Saved." in answer.text
    anna = cast_client.ids["anna"]
    assert (await cast_client.get("account.getBanned", "boris"))["items"] == [anna]
    [boris] = await cast_client.get("users.get", user_ids="boris", fields="blacklisted")
    assert boris["blacklisted"] == 1
    stranger = Browser(cast_client)
    await stranger.open("/settings/privacy")
    await stranger.log_in("clara@dvor.example")
    await stranger.send("/settings/blacklist", name="lev")
    await stranger.http.post(
        "/settings/blacklist/remove",
        data=stranger.form("/settings/blacklist/remove") | {"user_id": str(anna)},
    )
    await stranger.http.aclose()
    assert (await cast_client.get("account.getBanned", "boris"))["items"] == [anna], "not by others"
    answer = await browser.send("/settings/blacklist/remove")
    assert "Take off" not in answer.text
    assert (await cast_client.get("account.getBanned", "boris"))["items"] == []


async def test_privacy(cast_client: CastClient, browser: Browser) -> None:
    await browser.open("/settings/privacy")
    page = await browser.send("/settings/privacy", is_closed="on", wall_access="0", message_access="1")
    assert "Saved." in page.text
    (user,) = await cast_client.get(
        "users.get", "clara", user_ids=cast_client.ids["boris"], fields="can_post"
    )
    assert (user["is_closed"], user["can_post"]) == (True, 0)
    assert (await browser.send("/settings/privacy", wall_access="2")).status_code == 400
