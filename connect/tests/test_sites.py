"""A site's doors, in Starlette, Flask and Django alike."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from connect.tests.replay import Replay, recorded
from connect.tests.sites import Browser, Site, make_django, make_flask, make_starlette
from dvor_connect import App, network

MAKERS = {"starlette": make_starlette, "flask": make_flask, "django": make_django}
BRIDGE = {"x_connect_key": "the bridge"}


@pytest.fixture(params=sorted(MAKERS))
def site(request, replay, loop, tmp_path_factory) -> Iterator[Site]:
    """A site at which people log in with VK, Sngine, OpenVK and WS.WebTV."""
    replay.says("/access_token", "vk/access_token")
    replay.says("/method/users.get", "vk/users.get")
    replay.says("/api/authorize", "sngine/authorize")
    replay.says("/api/get_user_info", "sngine/get_user_info")
    replay.says("/token", "openvk/token")
    replay.says("/method/Users.get", "openvk/users.get")
    answers = {"log_in": "log_in", "get_id_from_login": "get_id_from_email", "get": "users.get"}
    replay.says("/api.php", lambda heard: recorded(f"webtv/{answers[heard.query['do']]}"))
    apps = [
        App(network=network(key, site=replay.site), id="7", secret="SECRET")
        for key in ("vk", "sngine", "openvk", "webtv")
    ]
    made: Site = MAKERS[request.param](apps, tmp_path_factory.mktemp("site"), loop)
    yield made
    made.close()


def depart(browser: Browser, path: str = "/login/vk") -> dict[str, str]:
    seen = browser.get(path)
    assert seen.status == 303
    return dict(parse_qsl(urlsplit(seen.location).query))


def come_back(browser: Browser, **parameters: str) -> Any:
    return browser.get(f"/login/vk/back?{urlencode(parameters)}", site="cross-site")


def log_in(browser: Browser, **more: str) -> Any:
    return come_back(browser, code="C", state=depart(browser)["state"], **more)


def test_a_visitor_logs_in_is_known_and_leaves(site) -> None:
    browser = site.browser()
    home = browser.get("/")
    assert "<h1>nobody</h1>" in home.text
    assert 'href="/login/vk"' in home.text
    assert "Log in with VK" in home.text
    seen = log_in(browser)
    assert (seen.status, seen.location) == (303, "/")
    assert "<h1>Lindsey Stirling</h1>" in browser.get("/").text
    assert "<h1>nobody</h1>" in site.browser().get("/").text
    assert browser.post("/login/out", site="cross-site").status == 403
    assert browser.post("/login/out").status == 303
    assert "<h1>nobody</h1>" in browser.get("/").text
    assert site.count() == (1, 1)
    log_in(browser)
    assert site.count() == (1, 1)


def test_the_redirect_address_is_the_sites_own(site) -> None:
    assert depart(site.browser())["redirect_uri"] == "https://club.example/login/vk/back"


def test_denied_tampered_and_replayed_returns(site) -> None:
    browser = site.browser()
    state = depart(browser)["state"]
    assert come_back(browser, code="C", state=f"{state}x").status == 400
    assert come_back(site.browser(), code="C", state=state).status == 400, "another browser"
    state = depart(browser)["state"]
    denied = come_back(browser, error="access_denied", state=state)
    assert (denied.status, "You have not allowed it" in denied.text) == (403, True)
    state = depart(browser)["state"]
    assert come_back(browser, code="C", state=state).status == 303
    replayed = come_back(browser, code="C", state=state)
    assert (replayed.status, "begin again" in replayed.text) == (400, True)
    assert site.count() == (1, 1)


def test_two_tabs(site) -> None:
    browser = site.browser()
    first, second = depart(browser)["state"], depart(browser)["state"]
    assert come_back(browser, code="C", state=first).status == 303
    assert come_back(browser, code="C", state=second).status == 303


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/albums?page=2", "/albums?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("x", "/"),
    ],
)
def test_where_it_goes_on(site, wanted, goes) -> None:
    browser = site.browser()
    state = depart(browser, f"/login/vk?{urlencode({'next': wanted})}")["state"]
    assert come_back(browser, code="C", state=state).location == goes


def test_sngine_cannot_be_begun_by_another_site(site) -> None:
    browser = site.browser()
    seen = browser.get("/login/sngine", site="cross-site")
    assert (seen.status, "<form" in seen.text) == (200, True)
    assert browser.get("/login/sngine/back?auth_key=K", site="cross-site").status == 400
    assert browser.post("/login/sngine").status == 303
    assert browser.get("/login/sngine/back?auth_key=K", site="cross-site").status == 303
    assert "<h1>Марина</h1>" in browser.get("/").text


def test_a_second_network_is_linked_to_who_is_logged_in(site) -> None:
    browser = site.browser()
    log_in(browser)
    browser.get("/login/sngine")
    browser.get("/login/sngine/back?auth_key=K", site="cross-site")
    assert site.count() == (2, 1)


@pytest.mark.parametrize(("key", "name"), [("webtv", "/login/webtv"), ("openvk", "/login/openvk")])
def test_by_password(site, replay: Replay, key, name) -> None:
    browser = site.browser()
    form = {"login": "admin", "password": "pass"}
    assert "type='password'" in browser.get(f"{name}/password").text
    assert browser.post(f"{name}/password", form, site="cross-site").status == 400
    if key == "openvk":
        replay.says("/token", "openvk/token.wrong_password", "openvk/token.need_validation", "openvk/token")
        assert "is wrong" in browser.post(f"{name}/password", form).text
        assert "name='code'" in browser.post(f"{name}/password", form).text
    assert browser.post(f"{name}/password", form | {"code": "123456"}).status == 303
    assert "pass" not in browser.get("/").text
    assert site.count() == (1, 1)


def test_passwords_cannot_be_guessed_through_the_site(site, replay: Replay) -> None:
    browser = site.browser()
    replay.says("/token", "openvk/token.wrong_password")
    form = {"login": "Admin", "password": "guess"}
    statuses = [browser.post("/login/openvk/password", form).status for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2
    assert browser.post("/login/openvk/password", form | {"login": "admin "}).status == 429
    assert browser.post("/login/openvk/password", form | {"login": "another"}).status == 403


def test_webtv_begins_at_the_form(site) -> None:
    assert site.browser().get("/login/webtv").location == "/login/webtv/password"
    assert site.browser().get("/login/vk/password").status == 404


def test_get_user_info_as_data_and_as_action(site, replay: Replay) -> None:
    browser = site.browser()
    assert browser.get("/login/vk/user-info").status == 401
    log_in(browser)
    told = json.loads(browser.get("/login/vk/user-info").text)
    assert (told["id"], told["city"], told["is_closed"]) == (
        "210700286",
        {"id": 5331, "title": "Los Angeles"},
        False,
    )
    assert told["profile"]["name"] == "Lindsey Stirling"
    answer = recorded("vk/users.get")[1]
    answer["response"][0]["first_name"] = "Linda"
    replay.says("/method/users.get", (200, answer, {}))
    assert browser.post("/login/vk/user-info", site="cross-site").status == 403
    assert json.loads(browser.post("/login/vk/user-info").text)["profile"]["email"] == "lindsey@example.com"
    assert "<h1>Linda Stirling</h1>" in browser.get("/").text, "the action saves"
    replay.says("/method/users.get", "vk/users.get.token")
    refused = browser.get("/login/vk/user-info")
    assert (refused.status, json.loads(refused.text)["error"]) == (401, "token_expired")


def test_a_no_code_platform_asks_with_tokens_of_its_own(site, replay: Replay) -> None:
    browser = site.browser()
    given = {"authorization": "Bearer TOKEN", **BRIDGE}
    assert browser.get("/login/vk/user-info", authorization="Bearer TOKEN").status == 401
    assert browser.get("/login/vk/user-info", authorization="Bearer TOKEN", x_connect_key="no").status == 403
    assert json.loads(browser.get("/login/vk/user-info", **given).text)["screen_name"] == "lindseystirling"
    assert replay.last("/method/users.get").form["access_token"] == "TOKEN"
    assert site.count() == (0, 0)
    assert browser.post("/login/vk/user-info", site="none", **given).status == 200
    assert site.count() == (1, 1)
    assert (
        json.loads(browser.get("/login/webtv/user-info?user_id=1", **BRIDGE).text)["screen_name"] == "admin"
    )


def test_an_unknown_network(site) -> None:
    assert site.browser().get("/login/myspace").status == 404


def test_a_network_that_is_down_is_said_to_be(site, replay: Replay) -> None:
    browser = site.browser()
    replay.says("/access_token", (503, b"", {}))
    seen = log_in(browser)
    assert (seen.status, "VK does not answer" in seen.text) == (502, True)


def test_djangos_migrations_are_complete(tmp_path_factory) -> None:
    make_django([], tmp_path_factory.mktemp("site"), None)
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
