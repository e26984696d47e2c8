"""What is tried against a log-in, each by its usual name, at every door that it could be tried at.

The rules behind them have tests of their own beside their code; here they are seen from outside, as an attacker does.
"""

import hmac
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from dvor.core.jobs import JobWorker
from dvor.model.authorizations import make_challenge
from dvor.model.calls import MAX_ATTEMPTS
from tests.dialects.conftest import URL, CastClient
from tests.dialects.consent import BACK, VERIFIER, Site, landed
from tests.web.test_consent import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""The doors are the same before either engine; what they store has tests of its own on both."""
EVIL = "https://evil.example/back"
CHALLENGE = {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"}
BEGINNINGS: dict[str, tuple[str, dict[str, str]]] = {
    "vk": ("/authorize", {"scope": "friends"}),
    "vkid": ("/authorize", {**CHALLENGE, "scope": "email"}),
    "oidc": ("/oidc/authorize", {"response_type": "code", "scope": "openid offline_access"}),
    "sngine": ("/api/oauth", {}),
}
"""How each protocol begins."""


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client)


@pytest.fixture
async def other(cast_client: CastClient) -> Site:
    """An attacker's own app."""
    return await Site.open(cast_client, title="Чужое")


@pytest.fixture
async def browser(cast_client: CastClient) -> AsyncIterator[Browser]:
    browser = Browser(cast_client)
    yield browser
    await browser.http.aclose()


async def begin(site: Site, protocol: str, **special: str) -> httpx.Response:
    path, asked = BEGINNINGS[protocol]
    named = {"app_id": site.id} if protocol == "sngine" else {"client_id": site.id, "redirect_uri": BACK}
    return await site.ask(path, **named | asked | special)


async def get_code(site: Site, protocol: str, **special: str) -> dict[str, str]:
    """Return what the app's address is told of a log-in that Anna allows."""
    told = landed(await site.answer(await begin(site, protocol, **special)))
    return told | {"code": told.get("auth_key") or told["code"]}


async def redeem(site: Site, protocol: str, told: dict[str, str], **special: str) -> dict[str, Any]:
    """Send a code to the door of a protocol, as the site's server does; return what it says."""
    proof = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK, "code": told["code"]}
    grant = {"grant_type": "authorization_code"}
    if protocol == "sngine":
        form = {"app_id": site.id, "app_secret": site.secret, "auth_key": told["code"]}
        answer = await site.http.post("/api/authorize", data=form | special)
    elif protocol == "vkid":
        form = proof | grant | {"device_id": told.get("device_id", "x"), "code_verifier": VERIFIER}
        answer = await site.http.post("/oauth2/auth", data=form | special)
    else:
        path = "/access_token" if protocol == "vk" else "/oidc/token"
        answer = await site.http.post(path, data=proof | grant | special)
    body: dict[str, Any] = answer.json()
    return body


async def is_alive(site: Site, protocol: str, token: str) -> bool:
    """Say whether a token still tells who it was."""
    query: dict[str, Any] = {"access_token": token}
    if protocol == "vk":
        answer = await site.http.get("/method/users.get", params=query | {"v": "5.199"})
        return "response" in answer.json()
    if protocol == "vkid":
        return "user" in (await site.http.post("/oauth2/user_info", data=query)).json()
    if protocol == "oidc":
        return "sub" in (await site.http.post("/oidc/userinfo", data=query)).json()
    return "user_info" in (await site.http.get("/api/get_user_info", params=query)).json()


@pytest.mark.parametrize("protocol", ["vk", "vkid", "oidc"])
@pytest.mark.parametrize(
    "uri",
    [
        EVIL,
        f"{BACK}/../../evil",
        f"{BACK}.evil.example",
        "https://site.example@evil.example/back",
        "//evil.example/back",
        "javascript:alert(1)",
        f"{BACK}?x=https://evil.example",
        BACK.upper(),
    ],
)
async def test_open_redirect(site: Site, protocol: str, uri: str) -> None:
    for special in ({}, {"prompt": "none"}, {"response_type": "nonsense"}, {"state": "s" * 5000}):
        answer = await begin(site, protocol, **{"redirect_uri": uri} | special)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/%0d%0aa:b\r\n"]
)
async def test_open_redirect_behind_the_log_in(browser: Browser, target: str) -> None:
    await browser.open("/login", next=target)
    answer = await browser.log_in()
    assert (answer.status_code, answer.url.path) == (200, "/")


@pytest.mark.parametrize("protocol", list(BEGINNINGS))
async def test_code_reuse_revokes_the_tokens(site: Site, protocol: str) -> None:
    told = await get_code(site, protocol)
    token = (await redeem(site, protocol, told))["access_token"]
    assert await is_alive(site, protocol, token)
    assert "error" in await redeem(site, protocol, told)
    assert not await is_alive(site, protocol, token)


async def test_auth_key_replay(site: Site) -> None:
    told = await get_code(site, "sngine")
    assert "access_token" in await redeem(site, "sngine", told)
    assert await redeem(site, "sngine", told) == {"error": True, "message": "Bad Request, invalid auth_key"}
    first, second = await get_code(site, "sngine"), await get_code(site, "sngine")
    assert "error" in await redeem(site, "sngine", first), "a newer log-in takes its place"
    assert "access_token" in await redeem(site, "sngine", second)


@pytest.mark.parametrize("protocol", list(BEGINNINGS))
async def test_code_of_another_app(site: Site, other: Site, protocol: str) -> None:
    told = await get_code(site, protocol)
    assert "error" in await redeem(other, protocol, told)
    assert "access_token" in await redeem(site, protocol, told), "and it is not used up by that"


@pytest.mark.parametrize("protocol", ["vk", "vkid", "oidc"])
async def test_pkce_downgrade(site: Site, protocol: str) -> None:
    told = await get_code(site, protocol, **CHALLENGE)
    for verifier in ("", "x" * 43, CHALLENGE["code_challenge"]):
        assert "error" in await redeem(site, protocol, told, code_verifier=verifier)
    without: dict[str, Any] = {"code_challenge": "", "code_challenge_method": ""}
    if protocol != "vkid":  # which is not VK ID without a challenge
        stripped = await get_code(site, protocol, **without)
        assert "error" in await redeem(site, protocol, stripped, code_verifier=VERIFIER)
    answer = await begin(site, protocol, code_challenge=VERIFIER, code_challenge_method="plain")
    assert landed(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("protocol", ["vk", "vkid", "oidc"])
async def test_redirect_mismatch(cast_client: CastClient, protocol: str) -> None:
    second = "https://site.example/second"
    site = await Site.open(cast_client, redirect_uris=[BACK, second])
    told = await get_code(site, protocol)
    for uri in (second, "", EVIL):
        assert "error" in await redeem(site, protocol, told, redirect_uri=uri)


@pytest.mark.parametrize("protocol", list(BEGINNINGS))
async def test_csrf_on_consent(site: Site, browser: Browser, protocol: str) -> None:
    """A page of the attacker's sends the form, and the browser adds its cookie."""
    await browser.open("/login")
    await browser.log_in()
    path = (await begin(site, protocol)).headers["location"]
    attacker = Browser(site.client)
    await attacker.open("/login")
    await attacker.log_in("clara@dvor.example")
    await attacker.open(path)
    foreign = attacker.form(path)["csrf"]
    await attacker.http.aclose()
    for form in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": "é"}):
        answer = await browser.http.post(path, data={"decision": "allow", **form})
        assert (answer.status_code, "location" in answer.headers) == (403, False)
    got = await browser.http.get(path, params={"decision": "allow"})
    assert got.status_code == 200, "and no GET decides"


@pytest.mark.parametrize("protocol", list(BEGINNINGS))
async def test_state_loss(site: Site, protocol: str) -> None:
    state = '{"a":"b c+d%20&=#/?;é\\""}'
    state += "x" * (4096 - len(state))
    assert (await get_code(site, protocol, state=state))["state"] == state
    denied = await site.answer(await begin(site, protocol, state=state), "denied")
    if protocol != "sngine":  # which does not tell the app
        assert landed(denied)["state"] == state
        assert landed(await begin(site, protocol, state=state, response_type="x"))["state"] == state


async def test_mix_up(site: Site) -> None:
    """A code of one door is worth nothing at another; OpenID Connect says in each answer whose it is."""
    for protocol in BEGINNINGS:
        told = await get_code(site, protocol)
        for elsewhere in BEGINNINGS.keys() - {protocol}:
            if (protocol, elsewhere) != ("vkid", "vk"):  # which are one server to their clients
                assert "error" in await redeem(site, elsewhere, told), (protocol, elsewhere)
    assert (await get_code(site, "oidc"))["iss"] == URL
    denied = await site.answer(await begin(site, "oidc"), "denied")
    assert landed(denied)["iss"] == URL
    assert landed(await begin(site, "oidc", response_type="x"))["iss"] == URL
    tokens = {one: (await redeem(site, one, await get_code(site, one)))["access_token"] for one in BEGINNINGS}
    for protocol, token in tokens.items():
        for elsewhere in ("oidc", "sngine", "vkid"):
            assert await is_alive(site, elsewhere, token) == (protocol == elsewhere)


async def test_session_fixation(cast_client: CastClient, browser: Browser) -> None:
    attacker = Browser(cast_client)
    await attacker.open("/login")
    await attacker.log_in("clara@dvor.example")
    planted = attacker.http.cookies["dvor_session"]
    browser.http.cookies.set("dvor_session", planted, domain="localhost")
    await browser.open("/login")
    answer = await browser.log_in("anna@dvor.example")
    [fresh] = re.findall(r"dvor_session=([^;]+)", str(browser.http.cookies.jar)) or [""]
    assert fresh != planted
    assert "Clara" not in answer.text
    answer = await attacker.open("/settings/security")
    assert "anna@dvor.example" not in answer.text
    await attacker.http.aclose()


async def test_brute_force_of_the_four_digits(
    site: Site, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.open("/login")
    await browser.log_in("boris@dvor.example")
    path = f"/apps/{site.id}/secret"
    await browser.open(path)
    answer = await browser.http.post(
        path, data=browser.form("/logout") | {"step": "call", "phone": "+74950000001"}
    )
    digits = capsys.readouterr().out.strip()[-5:].replace(" ", "")
    guess = browser.form("/logout") | {"step": "confirm", "phone": "+74950000001"}
    for number in range(MAX_ATTEMPTS):
        wrong = f"{(int(digits) + 1 + number) % 10_000:04}"
        answer = await browser.http.post(path, data=guess | {"digits": wrong})
        assert answer.status_code == 403
    answer = await browser.http.post(path, data=guess | {"digits": digits})
    assert (answer.status_code, site.secret in answer.text) == (403, False), "the right ones come too late"


async def test_host_header_in_a_reset_mail(
    cast_client: CastClient, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    await browser.open("/reset")
    browser.http.headers.update({"host": "evil.example", "x-forwarded-host": "evil.example"})
    await browser.http.post("/reset", data=browser.form("/reset") | {"email": "anna@dvor.example"})
    capsys.readouterr()
    await JobWorker(cast_client.courtyard).work_once()
    letter = capsys.readouterr().out
    assert f"{URL}/reset/new?key=" in letter
    assert "evil" not in letter


async def test_timing_of_secrets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets are compared whole: a guess with a right beginning takes as long as any."""
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def spy(right: Any, guess: Any) -> bool:
        compared.append((right, guess))
        return compare(right, guess)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    told = await get_code(site, "oidc")
    for guess in ("0" * 32, site.secret[:31] + "g", site.secret + "0"):
        for protocol in ("vk", "vkid", "oidc", "sngine"):
            compared.clear()
            name = "app_secret" if protocol == "sngine" else "client_secret"
            assert "error" in await redeem(site, protocol, told, **{name: guess})
            assert compared == [(site.secret.encode(), guess.encode())]


@pytest.mark.parametrize("protocol", ["vkid", "oidc"])
async def test_refresh_token_replay(site: Site, protocol: str) -> None:
    told = await get_code(site, protocol)
    first = await redeem(site, protocol, told)
    refreshing = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await redeem(site, protocol, told, **refreshing)
    assert await is_alive(site, protocol, second["access_token"])
    assert "error" in await redeem(site, protocol, told, **refreshing), "the stolen one"
    assert not await is_alive(site, protocol, second["access_token"])
    refreshing["refresh_token"] = second["refresh_token"]
    assert "error" in await redeem(site, protocol, told, **refreshing), "the whole log-in is over"


async def test_clickjacking(site: Site, browser: Browser) -> None:
    await browser.open("/login")
    paths = [
        "/",
        "/login",
        "/signup",
        "/reset",
        "/consent/nonsense",
        "/oidc/authorize",
        "/api/oauth?app_id=1",
    ]
    answers = [await browser.http.get(path) for path in paths]
    await browser.log_in("boris@dvor.example")
    consent = (await begin(site, "oidc")).headers["location"]
    tabs = [f"/apps/{site.id}{tab}" for tab in ("", "/settings", "/secret", "/delete")]
    more = [
        consent,
        "/logout",
        "/settings/apps",
        "/settings/security",
        "/settings/delete",
        "/apps/new",
        *tabs,
    ]
    answers += [await browser.http.get(path) for path in more]
    for answer in answers:
        assert answer.headers["content-type"].startswith("text/html"), answer.url
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], answer.url
        assert "unsafe" not in answer.headers["content-security-policy"]


async def test_what_leaks_through_the_referrer(site: Site, browser: Browser) -> None:
    await browser.open("/login")
    await browser.log_in()
    path = (await begin(site, "vk")).headers["location"]
    await browser.open(path)
    sent = await browser.http.post(path, data=browser.form(path) | {"decision": "allow"})
    back = await browser.http.get(sent.headers["location"])
    assert "code" in dict(parse_qsl(urlsplit(back.headers["location"]).query))
    for answer in (
        sent,
        back,
        await browser.http.get("/reset/new?key=x"),
        await browser.http.get("/blank.html"),
    ):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
