"""The page of consent, from a door's redirect to the app's address, as a browser without scripts goes through it."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from dvor.cli.cast import PASSWORD
from dvor.model.authorizations import make_challenge
from tests.dialects.conftest import NOW, URL, CastClient
from tests.dialects.consent import BACK, VERIFIER, Site

FORM = re.compile(r'<form method="post" action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<(?:input|button)[^>]*?name="([^"]*)"(?:[^>]*?value="([^"]*)")?[^>]*>')


class Browser:
    """Follows redirects on this server, keeps cookies, and sends forms."""

    def __init__(self, client: CastClient, language: str = "en") -> None:
        self.http = httpx.AsyncClient(
            transport=client.http._transport, base_url=URL, headers={"accept-language": language}
        )
        self.page: httpx.Response | None = None

    async def open(self, address: str, **texts: Any) -> httpx.Response:
        """Go to an address; stop at a page, or where another site would be asked."""
        return await self._follow(await self.http.get(address, params=texts or None))

    async def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = await self.http.get(answer.headers["location"])
        self.page = answer
        return answer

    def form(self, action: str) -> dict[str, str]:
        """Return the fields of the form on the page that is sent to this path; buttons are left out."""
        assert self.page is not None
        found = dict(FORM.findall(self.page.text))
        assert action in found, self.page.text
        body = re.sub(r"<button.*?</button>", "", found[action], flags=re.DOTALL)
        return {one[1]: "on" if one[2] is None else html.unescape(one[2]) for one in FIELD.finditer(body)}

    async def send(self, action: str, **fields: str) -> httpx.Response:
        """Fill in a form of the page and send it; a field given as None is left out."""
        filled = {**self.form(action), **fields}
        return await self._follow(await self.http.post(action, data=filled))

    async def log_in(self, login: str = "anna@dvor.example", password: str = PASSWORD) -> httpx.Response:
        """Fill in the page of log-in."""
        return await self.send("/login", login=login, password=password)


def landed(answer: httpx.Response) -> dict[str, str]:
    """Return what the app is told."""
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    assert address.startswith(BACK)
    return dict(parse_qsl(urlsplit(address).query))


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client)


@pytest.fixture
async def browser(cast_client: CastClient) -> Any:
    browser = Browser(cast_client)
    yield browser
    await browser.http.aclose()


async def ask(browser: Browser, site: Site, **special: str) -> httpx.Response:
    asked = {"client_id": site.id, "redirect_uri": BACK, "state": "s", "scope": "friends,email"} | special
    return await browser.open("/authorize", **asked)


async def ask_openid(browser: Browser, site: Site, **special: str) -> httpx.Response:
    asked = {
        "client_id": site.id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid email",
        "state": "s",
    } | special
    return await browser.open("/oidc/authorize", **asked)


async def test_a_person_logs_in_and_allows(browser: Browser, site: Site) -> None:
    answer = await ask(browser, site)
    assert answer.url.path == "/login"
    answer = await browser.log_in()
    assert answer.status_code == 200
    for told in ("Соседи", "site.example", "Анна Соколова", "See your e-mail address"):
        assert told in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    code = landed(await browser.send(answer.url.path, decision="allow"))["code"]
    form = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK, "code": code}
    body = (await site.http.post("/access_token", data=form)).json()
    assert (body["user_id"], body["email"]) == (site.client.ids["anna"], "anna@dvor.example")
    again = landed(await ask(browser, site))
    assert again["code"] != code, "whoever has allowed it is not asked again"
    answer = await ask(browser, site, revoke="1")
    assert answer.url.path.startswith("/consent/"), "unless the app wants it"
    answer = await ask(browser, site, scope="friends,email,wall")
    assert "Write on walls" in answer.text, "or wants more"


async def test_a_scope_can_be_declined(browser: Browser, site: Site) -> None:
    await ask(browser, site)
    answer = await browser.log_in()
    fields = browser.form(answer.url.path)
    assert {name for name in fields if name.startswith("scope_")} == {"scope_2", "scope_4194304"}
    del fields["scope_4194304"]
    sent = await browser.http.post(answer.url.path, data=fields | {"decision": "allow"})
    code = landed(await browser._follow(sent))["code"]
    form = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK, "code": code}
    assert "email" not in (await site.http.post("/access_token", data=form)).json()


async def test_cancel_is_told_to_the_app(browser: Browser, site: Site) -> None:
    await ask(browser, site)
    answer = await browser.log_in()
    assert landed(await browser.send(answer.url.path, decision="deny"))["error"] == "access_denied"


async def test_a_form_of_another_site_decides_nothing(browser: Browser, site: Site, cast_client) -> None:
    await ask(browser, site)
    answer = await browser.log_in()
    path = answer.url.path
    stranger = Browser(cast_client)
    await stranger.open("/login")
    foreign = stranger.form("/login")["csrf"]
    for csrf in ("", "x", foreign):
        refused = await browser.http.post(path, data={"decision": "allow", "csrf": csrf})
        assert refused.status_code == 403
    await stranger.http.aclose()
    assert "code" in landed(await browser.send(path, decision="allow"))
    answer = await browser.open(path)
    assert answer.status_code == 410, "an answer is given once"


async def test_who_sends_another_to_the_page_gets_nothing(browser: Browser, site: Site) -> None:
    """The one who began the log-in knows the page's address, but not the ticket that leads back to the door."""
    answer = await ask(browser, site)
    path = dict(parse_qsl(urlsplit(str(answer.url)).query))["next"]
    await browser.log_in()
    sent = await browser.http.post(path, data=browser.form(path) | {"decision": "allow"})
    assert "ticket=" in sent.headers["location"]
    request_id = path.removeprefix("/consent/")
    stolen = await site.http.get("/authorize/continue", params={"ticket": request_id})
    assert stolen.status_code == 400


async def test_the_account_can_be_switched(browser: Browser, site: Site) -> None:
    await ask(browser, site)
    answer = await browser.log_in()
    path = answer.url.path
    answer = await browser.send("/logout")
    assert answer.url.path == "/login"
    answer = await browser.log_in("clara@dvor.example")
    assert answer.url.path == path
    assert "Clara Weber" in answer.text


async def test_silence_is_answered_without_a_page(browser: Browser, site: Site) -> None:
    assert landed(await ask_openid(browser, site, prompt="none"))["error"] == "login_required"
    await browser.open("/login")
    await browser.log_in()
    assert landed(await ask_openid(browser, site, prompt="none"))["error"] == "consent_required"
    answer = await ask_openid(browser, site)
    await browser.send(answer.url.path, decision="allow")
    assert "code" in landed(await ask_openid(browser, site, prompt="none"))


async def test_a_login_that_is_hinted_at_stands_filled_in(browser: Browser, site: Site) -> None:
    answer = await ask_openid(browser, site, login_hint='anna@dvor.example"><b>')
    assert 'name="login" value="anna@dvor.example&#34;&gt;&lt;b&gt;"' in answer.text
    answer = await ask_openid(browser, site, login_hint="anna@dvor.example")
    assert browser.form("/login")["login"] == "anna@dvor.example"
    answer = await browser.log_in()
    assert answer.url.path.startswith("/consent/")


async def test_a_log_in_can_be_asked_for_again(browser: Browser, site: Site, cast_client: CastClient) -> None:
    await browser.open("/login")
    await browser.log_in()
    answer = await ask_openid(browser, site)
    await browser.send(answer.url.path, decision="allow")
    cast_client.courtyard.clock = lambda: NOW + 100
    assert "code" in landed(await ask_openid(browser, site, max_age="100"))
    for special in ({"prompt": "login"}, {"max_age": "99"}):
        answer = await ask_openid(browser, site, **special)
        assert answer.url.path == "/login"
    assert landed(await ask_openid(browser, site, max_age="1", prompt="none"))["error"] == "login_required"
    await ask_openid(browser, site, prompt="login")
    code = landed(await browser.log_in())["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    form |= {"client_id": site.id, "client_secret": site.secret}
    token = (await site.http.post("/oidc/token", data=form)).json()["id_token"]
    hint = await ask_openid(browser, site, id_token_hint=token, prompt="none")
    assert "code" in landed(hint)


async def test_vk_id_and_sngine_come_through_the_same_page(browser: Browser, site: Site) -> None:
    challenge = {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"}
    await ask(browser, site, **challenge)
    answer = await browser.log_in()
    assert landed(await browser.send(answer.url.path, decision="allow")).keys() >= {"code", "device_id"}
    answer = await browser.open("/api/oauth", app_id=site.id)
    assert "See your e-mail address" in answer.text
    key = landed(await browser.send(answer.url.path, decision="allow"))["auth_key"]
    body = await site.http.get(
        "/api/authorize", params={"app_id": site.id, "app_secret": site.secret, "auth_key": key}
    )
    assert "access_token" in body.json()
    assert "auth_key" in landed(await browser.open("/api/oauth", app_id=site.id))


async def test_apps_in_use_are_listed_and_removed(browser: Browser, site: Site) -> None:
    await ask(browser, site)
    answer = await browser.log_in()
    code = landed(await browser.send(answer.url.path, decision="allow"))["code"]
    form = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK, "code": code}
    token = (await site.http.post("/access_token", data=form)).json()["access_token"]
    answer = await browser.open("/settings/apps")
    assert "Соседи" in answer.text
    assert "See and change your friends" in answer.text
    answer = await browser.send("/settings/apps")
    assert "Соседи" not in answer.text
    dead = await site.http.get("/method/users.get", params={"access_token": token, "v": "5.199"})
    assert dead.json()["error"]["error_code"] == 5
    answer = await ask(browser, site)
    assert answer.url.path.startswith("/consent/"), "and is asked anew"


async def test_an_app_that_acts_for_a_community_names_it(browser: Browser, site: Site) -> None:
    await ask(browser, site, group_ids="1")
    answer = await browser.log_in()
    assert "Act for the community <strong>Садовый двор</strong>" in answer.text
    assert "code" in landed(await browser.send(answer.url.path, decision="allow"))
    answer = await ask(browser, site, group_ids="2")
    assert answer.status_code == 403
    assert "do not administer" in answer.text


async def test_an_unknown_request_is_a_page(browser: Browser) -> None:
    answer = await browser.open("/consent/nonsense")
    assert answer.status_code == 410
    assert "begin again" in answer.text
