"""Sngine's log-in as its developers' page tells it, and every error in its words."""

import re
from typing import Any

import httpx
import pytest

from dvor.core.consents import revoke_consent
from tests.dialects.conftest import NOW, URL, CastClient
from tests.dialects.consent import BACK, Site, landed

NO_APP = "We're sorry, but the application you're trying to use doesn't exist or has been disabled"
FIELDS = [
    "user_id",
    "user_name",
    "user_email",
    "user_firstname",
    "user_lastname",
    "user_gender",
    "user_birthdate",
    "user_picture",
    "user_cover",
    "user_registered",
    "user_verified",
    "user_relationship",
    "user_biography",
    "user_website",
]


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client, protocols=["sngine"])


async def get_key(site: Site, who: str = "anna") -> str:
    return landed(await site.answer(await site.ask("/api/oauth", app_id=site.id), who=who))["auth_key"]


async def ask(site: Site, path: str, *, post: bool = False, **texts: str) -> Any:
    answer: httpx.Response = await (
        site.http.post(path, data=texts) if post else site.http.get(path, params=texts)
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def get_token(site: Site, who: str = "anna", *, post: bool = False) -> str:
    key = await get_key(site, who)
    body = await ask(site, "/api/authorize", post=post, app_id=site.id, app_secret=site.secret, auth_key=key)
    assert body.keys() == {"access_token"}
    return str(body["access_token"])


@pytest.mark.parametrize("post", [False, True])
async def test_a_person_logs_in(site: Site, post: bool) -> None:
    token = await get_token(site, post=post)
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    body = await ask(site, "/api/get_user_info", access_token=token)
    info = body["user_info"]
    assert list(info)[:14] == FIELDS
    picture = info["user_picture"]
    assert {name: info[name] for name in FIELDS if name not in ("user_picture", "user_registered")} == {
        "user_id": str(site.client.ids["anna"]),
        "user_name": "anna",
        "user_email": "anna@dvor.example",
        "user_firstname": "Анна",
        "user_lastname": "Соколова",
        "user_gender": "Female",
        "user_birthdate": "1990-04-12",
        "user_cover": None,
        "user_verified": "1",
        "user_relationship": "married",
        "user_biography": "Хозяйка двора",
        "user_website": "https://dvor.example",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", info["user_registered"])
    shown = await site.http.get(f"/content/uploads/{picture}")
    assert shown.content[:2] == b"\xff\xd8"
    assert info["profile_picture"] == f"{URL}/content/uploads/{picture}"


async def test_what_a_person_does_not_say_is_null(site: Site) -> None:
    info = (await ask(site, "/api/get_user_info", access_token=await get_token(site, "clara")))["user_info"]
    assert (info["user_birthdate"], info["user_relationship"], info["user_website"]) == (None, None, None)
    assert all(value is None or isinstance(value, str) for value in info.values())


async def test_consent_is_asked_for_once(site: Site) -> None:
    await get_key(site)
    response = await site.ask("/api/oauth", app_id=site.id)
    assert response.headers["location"].startswith("/consent/")


async def test_a_state_that_is_given_comes_back(site: Site) -> None:
    response = await site.ask("/api/oauth", app_id=site.id, state="a&b")
    assert landed(await site.answer(response))["state"] == "a&b"


async def test_a_redirect_address_with_a_query_keeps_it(cast_client: CastClient) -> None:
    site = await Site.open(cast_client, protocols=["sngine"], redirect_uris=[f"{BACK}?page=1"])
    answer = landed(await site.answer(await site.ask("/api/oauth", app_id=site.id)))
    assert answer.keys() == {"page", "auth_key"}


async def test_a_key_is_used_once(site: Site) -> None:
    key = await get_key(site)
    asked: dict[str, Any] = {"app_id": site.id, "app_secret": site.secret, "auth_key": key}
    assert "access_token" in await ask(site, "/api/authorize", **asked)
    assert await ask(site, "/api/authorize", **asked) == {
        "error": True,
        "message": "Bad Request, invalid auth_key",
    }


@pytest.mark.parametrize(
    ("special", "message"),
    [
        ({"app_id": ""}, "Bad Request, invalid app_id"),
        ({"app_secret": ""}, "Bad Request, invalid app_secret"),
        ({"auth_key": ""}, "Bad Request, invalid auth_key"),
        ({"app_id": "", "app_secret": "", "auth_key": ""}, "Bad Request, invalid app_id"),
        ({"app_id": "12345", "app_secret": "x"}, NO_APP),
        ({"app_id": "9" * 99}, NO_APP),
        ({"app_secret": "x", "auth_key": "x"}, "Bad Request, invalid app_secret"),
        ({"auth_key": "x"}, "Bad Request, invalid auth_key"),
    ],
)
async def test_errors_of_authorize(site: Site, special: dict[str, Any], message: str) -> None:
    asked: dict[str, Any] = {
        "app_id": site.id,
        "app_secret": site.secret,
        "auth_key": await get_key(site),
    } | special
    assert await ask(site, "/api/authorize", **asked) == {"error": True, "message": message}


async def test_a_key_of_another_app_and_a_removed_one(site: Site) -> None:
    other = await Site.open(site.client, protocols=["sngine"])
    key = await get_key(other)
    asked: dict[str, Any] = {"app_id": site.id, "app_secret": site.secret, "auth_key": key}
    assert (await ask(site, "/api/authorize", **asked))["message"] == "Bad Request, invalid auth_key"
    key, anna = await get_key(site), site.client.ids["anna"]
    await site.client.courtyard.database.write(lambda tx: revoke_consent(tx, anna, site.app.id))
    asked["auth_key"] = key
    assert (await ask(site, "/api/authorize", **asked))["message"] == "Bad Request, invalid auth_key"


async def test_errors_of_get_user_info(site: Site) -> None:
    invalid = {"error": True, "message": "Bad Request, invalid access_token"}
    for wrong in ("", "x", site.client.tokens["anna"]):
        assert await ask(site, "/api/get_user_info", access_token=wrong) == invalid
    token = await get_token(site)
    site.client.courtyard.clock = lambda: NOW + 3600
    assert await ask(site, "/api/get_user_info", access_token=token) == {
        "error": True,
        "message": "Bad Request, expired access_token",
    }
    site.client.courtyard.clock = lambda: NOW
    anna = site.client.ids["anna"]
    await site.client.courtyard.database.write(lambda tx: revoke_consent(tx, anna, site.app.id))
    assert await ask(site, "/api/get_user_info", access_token=token) == invalid


async def test_a_token_opens_no_methods(site: Site) -> None:
    asked: dict[str, Any] = {"access_token": await get_token(site), "v": "5.199"}
    assert (await site.http.get("/method/users.get", params=asked)).json()["error"]["error_code"] == 5


async def test_pages_for_people(site: Site) -> None:
    answer = await site.ask("/api/oauth")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    closed = await Site.open(site.client, protocols=["vk"])
    for app_id in ("1", "x", closed.id):
        answer = await site.ask("/api/oauth", app_id=app_id)
        assert answer.status_code == 400
        assert NO_APP.partition(",")[2] in answer.text.replace("&#x27;", "'")
        assert "location" not in answer.headers
    cancelled = await site.answer(await site.ask("/api/oauth", app_id=site.id), "denied")
    assert cancelled.headers["location"] == "/", "the app is not told"


async def test_other_addresses(site: Site) -> None:
    invalid = {"error": True, "message": "Bad Request, invalid parameters"}
    assert await ask(site, "/api/teleport") == invalid
    assert await ask(site, "/api.php", do="teleport") == invalid
    body = await ask(site, "/api.php", do="get_user_info", access_token=await get_token(site))
    assert body["user_info"]["user_id"] == str(site.client.ids["anna"])
    vk = (await site.http.get("/api.php", params={"method": "users.teleport", "v": "5.199"})).json()
    assert vk["error"]["error_code"] == 3
    for path in ("/api/authorize", "/api/get_user_info"):
        for content in (b"app_id=%00", b"app_id=%ff", b"x" * 2**21):
            answer = await site.http.post(path, content=content)
            assert answer.json() == invalid
