"""`/settings/biography`: education, work, views, and who sees them."""

from collections.abc import AsyncIterator

import pytest

from tests.dialects.conftest import CastClient
from tests.web.test_consent import Browser

FIELDS = "universities,schools,career,military,relatives,personal,connections,occupation"
TOLD = {
    "universities-0-name": "МГУ",
    "universities-0-faculty_name": "Мехмат",
    "universities-0-graduation": "2010",
    "schools-0-name": "Школа № 5",
    "schools-0-form": "б",
    "schools-0-year_from": "1992",
    "schools-0-year_to": "2002",
    "career-0-company": "Завод",
    "career-0-year_from": "2010",
    "career-0-year_to": "2015",
    "career-1-company": "Двор",
    "career-1-position": "дворник",
    "military-0-unit": "12345",
    "relatives-0-type": "parent",
    "relatives-0-name": "Мама",
    "political": "3",
    "langs": "Русский, English",
    "religion": "агностик",
    "skype": "boris.skype",
    "instagram": "boris <3",
}


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    await browser.open("/settings/biography")
    await browser.log_in("boris@dvor.example")
    yield browser
    await browser.http.aclose()


async def test_what_a_person_tells_is_seen_by_clients(cast_client: CastClient, browser: Browser) -> None:
    page = await browser.send("/settings/biography", **TOLD)
    assert page.status_code == 200
    assert "Saved." in page.text
    assert "boris &lt;3" in page.text
    boris = cast_client.ids["boris"]
    [user] = await cast_client.get("users.get", user_ids=boris, fields=FIELDS)
    assert user["universities"] == [
        {"id": 0, "name": "МГУ", "faculty_name": "Мехмат", "graduation": 2010},
    ]
    assert user["schools"] == [{"name": "Школа № 5", "class": "б", "year_from": 1992, "year_to": 2002}]
    assert user["career"] == [
        {"company": "Завод", "from": 2010, "until": 2015},
        {"company": "Двор", "position": "дворник"},
    ]
    assert user["military"] == [{"unit": "12345", "unit_id": 0}]
    assert user["relatives"] == [{"type": "parent", "name": "Мама"}]
    assert user["personal"] == {"political": 3, "langs": ["Русский", "English"], "religion": "агностик"}
    assert (user["skype"], user["instagram"]) == ("boris.skype", "boris <3")
    assert "twitter" not in user
    assert user["occupation"] == {"type": "work", "name": "Двор"}
    [user] = await cast_client.get("users.get", user_ids=boris, fields="sex")
    assert user.keys().isdisjoint(FIELDS.split(","))
    assert "Мехмат" in (await browser.open("/settings/biography")).text
    page = await browser.send("/settings/biography", **TOLD | {"career-0-company": ""})
    [user] = await cast_client.get("users.get", user_ids=boris, fields="career")
    assert [one["company"] for one in user["career"]] == ["Двор"], "what has no first field is gone"


async def test_a_closed_profile_hides_it(cast_client: CastClient, browser: Browser) -> None:
    await browser.send("/settings/biography", **TOLD)
    await browser.open("/settings/privacy")
    await browser.send("/settings/privacy", is_closed="1", wall_access="3", message_access="3")
    boris = cast_client.ids["boris"]
    for who, is_shown in (("anna", True), ("fedor", False)):
        [user] = await cast_client.get("users.get", who, user_ids=boris, fields=FIELDS)
        assert (user.get("career") is not None, user.get("skype") is not None) == (is_shown, is_shown)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("career-0-year_from", "12"),
        ("career-0-year_from", "x"),
        ("career-0-company", "x" * 256),
        ("relatives-0-type", "boss"),
        ("political", "10"),
        ("schools-0-year_to", "1950"),
        ("skype", "x" * 256),
        ("langs", ",".join("abcdefghijk")),
    ],
)
async def test_what_cannot_be_taken(browser: Browser, field: str, value: str) -> None:
    page = await browser.send("/settings/biography", **TOLD | {field: value})
    assert (page.status_code, "too long or no choice" in page.text) == (400, True), page.text
