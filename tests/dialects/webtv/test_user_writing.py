"""Making, changing, shutting out and deleting users: the same accounts as everywhere else."""

import asyncio
from typing import Any

import pytest

from dvor.cli.cast import PASSWORD
from dvor.core.accounts import log_in
from dvor.core.users import get_people
from dvor.model.errors import AccountClosed, WrongCredentials
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import Integration
from tests.web.test_consent import Browser

NEW: dict[str, Any] = {
    "login": "Ivan77",
    "password": "long enough",
    "email": "Ivan@site.example",
    "alias": "Ваня",
    "name": "Иван",
    "surname": "Белый",
}


async def create(integration: Integration, **special: Any) -> int:
    answer = await integration.ask("create", **(NEW | special))
    assert answer["ok"] == "User was created successfully", answer
    return int(answer["id"])


async def get(integration: Integration, user_id: int) -> dict[str, Any]:
    data: dict[str, Any] = (await integration.ask("get", user_id))["data"]
    return data


@pytest.mark.parametrize("login", ["ivan77", "IVAN77 ", "ivan@site.example"])
async def test_a_user_made_here_logs_in_on_the_web(integration: Integration, login: str) -> None:
    await create(integration)
    browser = Browser(integration.client)
    await browser.open("/login")
    answer = await browser.log_in(login, NEW["password"])
    assert "Иван" in answer.text
    assert "/logout" in answer.text
    await browser.http.aclose()


async def test_what_was_given_comes_back(integration: Integration) -> None:
    given = {
        "birthdate": "1985-02-28",
        "gender": "1",
        "address": "Двор, 1",
        "company": "TV",
        "country": "Usa",
        "telephone": "+1 555",
        "web": "https://ivan.example/",
        "vat": "12",
        "postal_code": "10115",
        "notes": "Заметка",
        "access_level": "2",
        "id_privilege_set": "9",
        "cms_access": "1",
        "content_creation_limits": "1",
        "max_created_channels": "7",
        "profile_page_about": "О себе",
        "profile_page_privacy": "1",
        "profile_page_show_web": "0",
        "social_page_twitter": "ivan",
    }
    user_id = await create(
        integration,
        **given,
        max_created_clips="1,2,3,4,5",
        ip="192.0.2.9",
        useragent="UA",
        referer="https://r/",
    )
    data = await get(integration, user_id)
    assert {name: data[name] for name in given} == given
    shown = {
        "login": "Ivan77",
        "email": "ivan@site.example",
        "alias": "Ваня",
        "name": "Иван",
        "surname": "Белый",
        "max_created_clips": '["1","2","3","4","5"]',
        "reg_ip": "192.0.2.9",
        "reg_useragent": "UA",
        "reg_referer": "https://r/",
        "reg_timestamp": str(NOW),
        "status": "1",
    }
    assert {name: data[name] for name in shown} == shown


async def test_the_least_that_a_user_needs(integration: Integration) -> None:
    answer = await integration.ask("create", login="solo", password="long enough")
    data = await get(integration, int(answer["id"]))
    assert (data["login"], data["email"], data["name"], data["surname"]) == ("solo", "", "solo", "")
    answer = await integration.ask("create", email="only@site.example", password="long enough")
    data = await get(integration, int(answer["id"]))
    assert (data["login"], data["email"]) == ("only@site.example", "only@site.example")
    answer = await integration.ask("modify", int(answer["id"]), notes="x")
    assert answer == {"ok": "User was modified successfully"}, "nobody asks for a last name"


@pytest.mark.parametrize(
    ("special", "text"),
    [
        ({"login": "boris@dvor.example", "email": "boris@dvor.example"}, "E-Mail already in use"),
        ({"login": "other", "email": "BORIS@dvor.example"}, "E-Mail already in use"),
        ({"login": "taken"}, "Login already in use"),
        ({"login": "x@y.example"}, "Invalid login"),
        ({"login": "x" * 41}, "Invalid login"),
        ({"login": "", "email": ""}, "Missing login"),
        ({"password": ""}, "Missing password"),
        ({"password": "short"}, "Invalid password"),
        ({"email": "no address"}, "Invalid email"),
        ({"birthdate": "1985-02-30"}, "Invalid birthdate"),
        ({"gender": "7"}, "Invalid gender"),
        ({"web": "javascript:alert(1)"}, "Invalid web"),
        ({"status": "3"}, "Invalid status"),
        ({"access_level": "6"}, "Invalid access_level"),
        ({"max_created_clips": "1,2"}, "Invalid max_created_clips"),
        ({"user_groups": "99"}, "Invalid user_groups"),
        ({"alias": "x" * 61}, "Invalid alias"),
        ({"name": "\n"}, "Invalid name"),
        ({"ext_auth": "1"}, "Missing ext_provider"),
        ({"ext_auth": "1", "ext_provider": "myspace"}, "Invalid ext_provider"),
        ({"ext_auth": "1", "ext_provider": "google"}, "Missing ext_user_id"),
    ],
)
async def test_what_is_no_user(integration: Integration, special: dict[str, Any], text: str) -> None:
    await create(integration, login="taken", email="")
    answer = await integration.ask("create", **(NEW | special))
    assert answer == {"error": "REQUEST_ERROR", "error_long": text}


async def test_a_user_is_changed(integration: Integration) -> None:
    user_id = await create(integration)
    before = await get(integration, user_id)
    assert await integration.ask("modify", user_id, surname="Чёрный", vat="7", alias="Ванёк") == {
        "ok": "User was modified successfully"
    }
    after = await get(integration, user_id)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"surname", "vat", "alias"}
    async with integration.courtyard.database.read() as tx:
        _, people = await get_people(tx, 0, [str(user_id)])
    assert people[user_id].user.last_name == "Чёрный", "also where others look"


async def test_logins_and_passwords_are_changed(integration: Integration) -> None:
    user_id = await create(integration)
    courtyard = integration.courtyard
    await integration.ask("modify", user_id, login="ivan78", password="another long one")
    assert await log_in(courtyard, "ivan78", "another long one") == user_id
    for login, password in (("ivan78", NEW["password"]), ("ivan77", "another long one")):
        with pytest.raises(WrongCredentials):
            await log_in(courtyard, login, password)
    await integration.ask("modify", user_id, email="new@site.example")
    assert await log_in(courtyard, "new@site.example", "another long one") == user_id
    data = await get(integration, user_id)
    assert (data["login"], data["email"]) == ("ivan78", "new@site.example")
    for special, text in (
        ({"email": "boris@dvor.example"}, "E-Mail already in use"),
        ({"login": "boris@dvor.example"}, "Invalid login"),
    ):
        assert (await integration.ask("modify", user_id, **special))["error_long"] == text
    boris = integration.client.ids["boris"]
    await integration.ask("modify", boris, login="bor")
    assert await log_in(courtyard, "bor", PASSWORD) == boris
    await integration.ask("modify", boris, email="b@site.example")
    assert (await get(integration, boris))["login"] == "bor"


async def test_a_new_password_ends_tokens_and_sessions(integration: Integration) -> None:
    client = integration.client
    await integration.ask("modify", client.ids["boris"], password="another long one")
    assert await client.refuse("account.getProfileInfo", "boris") == 5


async def test_who_is_deactivated_is_out_everywhere(integration: Integration) -> None:
    client = integration.client
    boris = client.ids["boris"]
    opened = await integration.ask("log_in", login="boris@dvor.example", password=PASSWORD)
    assert await integration.ask("deactivate", boris) == {"ok": "User was deactivated successfully"}
    assert (await get(integration, boris))["status"] == "0"
    assert await client.refuse("account.getProfileInfo", "boris") == 5
    with pytest.raises(AccountClosed):
        await log_in(integration.courtyard, "boris@dvor.example", PASSWORD)
    answer = await integration.ask("log_in", login="boris@dvor.example", password=PASSWORD)
    assert answer == {"error": "LOGIN_ERROR", "error_long": "User is not active"}
    assert await integration.ask("deactivate", boris) == {
        "error": "DEACTIVATION_ERROR",
        "error_long": "The User could not be deactivated: User already inactive or not found.",
    }
    assert (await integration.ask("deactivate", 999))["error"] == "DEACTIVATION_ERROR"
    assert (await integration.ask("deactivate", "x"))["error_long"] == "Invalid User ID"
    assert await integration.ask("activate", boris) == {"ok": "User was activated successfully"}
    assert (await integration.ask("activate", boris))["error"] == "ACTIVATION_ERROR"
    answer = await integration.ask("revalidate_session", boris, session_id=opened["session_id"])
    assert answer["error"] == "REVALIDATION_ERROR", "the old session stays dead"


async def test_a_user_who_has_to_be_verified(integration: Integration) -> None:
    user_id = await create(integration, status="2")
    data = await get(integration, user_id)
    assert data["status"] == "2"
    with pytest.raises(AccountClosed):
        await log_in(integration.courtyard, NEW["email"], NEW["password"])
    answer = await integration.ask("activate", user_id, activation_key="x" * 20)
    assert answer["error_long"] == "The User could not be activated: Invalid activation key."
    assert "ok" in await integration.ask("activate", user_id, activation_key=data["activation_key"])
    assert (await get(integration, user_id))["status"] == "1"
    assert await log_in(integration.courtyard, NEW["email"], NEW["password"]) == user_id
    await integration.ask("modify", user_id, status="2")
    assert (await get(integration, user_id))["status"] == "2"
    await integration.ask("modify", user_id, status="0")
    assert (await get(integration, user_id))["status"] == "0"
    await integration.ask("modify", user_id, status="1")
    assert (await get(integration, user_id))["status"] == "1"


async def test_who_is_deleted_is_gone(integration: Integration) -> None:
    user_id = await create(integration)
    assert await integration.ask("delete", user_id) == {"ok": "User was deleted successfully"}
    assert (await integration.ask("get", user_id))["error_long"] == "User not found"
    assert (await integration.ask("delete", user_id))["error"] == "DELETION_ERROR"
    assert (await integration.ask("activate", user_id))["error"] == "ACTIVATION_ERROR"
    assert (await integration.ask("get_id_from_login", NEW["login"]))["error"] == "USER_NOT_FOUND"
    assert await create(integration) > user_id, "the login is free again"


async def test_administrators_cannot_be_taken_over(integration: Integration) -> None:
    anna = integration.client.ids["anna"]
    for do, special in (
        ("modify", {"password": "long enough"}),
        ("modify", {"email": "mine@site.example"}),
        ("modify", {"login": "mine"}),
        ("modify", {"status": "0"}),
        ("deactivate", {}),
        ("delete", {}),
    ):
        assert (await integration.ask(do, anna, **special))["error_long"] == "Permission denied"
    assert "ok" in await integration.ask("modify", anna, notes="x", access_level="0")
    user_id = await create(integration, access_level="0")
    async with integration.courtyard.database.read() as tx:
        _, people = await get_people(tx, 0, [str(user_id)])
    assert not people[user_id].user.is_administrator, "a level of WebTV gives no right here"


async def test_users_of_outside_providers(integration: Integration) -> None:
    outside = {"ext_auth": "1", "ext_provider": "google", "ext_user_id": "77"}
    answer = await integration.ask("create", **outside, alias="Outside", ext_token="t", ext_secret="s")
    user_id = int(answer["id"])
    data = await get(integration, user_id)
    assert data["login"].endswith("@ext.auth")
    assert data["alias"] == "Outside"
    assert (await integration.ask("create", **outside))["error_long"] == "External User already exists"
    assert (await integration.ask("log_in", **outside))["id"] == str(user_id)
    other = await integration.ask("log_in", **(outside | {"ext_user_id": "78"}))
    assert other == {"error": "LOGIN_ERROR", "error_long": "External User not found"}
    await integration.ask("deactivate", user_id)
    assert (await integration.ask("log_in", **outside))["error_long"] == "User is not active"


async def test_reading_is_not_writing(cast_client: CastClient) -> None:
    integration = await Integration.open(cast_client, general="read")
    for do in ("create", "modify", "activate", "deactivate", "delete", "log_in", "create_user_group"):
        assert (await integration.ask(do, 2))["error_long"] == "Permission denied", do


async def test_of_several_at_once_one_gets_the_login(integration: Integration) -> None:
    answers = await asyncio.gather(
        *(integration.ask("create", **(NEW | {"email": f"i{number}@site.example"})) for number in range(4))
    )
    made = [answer for answer in answers if "ok" in answer]
    refused = [answer["error_long"] for answer in answers if "error" in answer]
    assert len(made) == 1
    assert refused == ["Login already in use"] * 3
    answers = await asyncio.gather(
        *(
            integration.ask("create", **(NEW | {"login": f"i{number}", "email": "e@site.example"}))
            for number in range(4)
        )
    )
    assert sorted(answer.get("error_long", "") for answer in answers) == ["", *["E-Mail already in use"] * 3]


async def test_what_is_changed_at_once_is_all_kept(integration: Integration) -> None:
    user_id = await create(integration)
    changes = [{"vat": "1"}, {"notes": "n"}, {"company": "c"}, {"postal_code": "p"}, {"surname": "s"}]
    await asyncio.gather(*(integration.ask("modify", user_id, **change) for change in changes))
    data = await get(integration, user_id)
    assert {name: data[name] for change in changes for name in change} == {
        name: value for change in changes for name, value in change.items()
    }
