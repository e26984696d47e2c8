"""The modules of the OpenID conformance suite's basic plan, by their names, run here without the suite.

`oidcc-basic-certification-test-plan` with response_type=code, and the discovery module of the config plan; what each
asks for is told in the suite's source (commit 12f2a4d).  Dvor is not certified.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from dvor.model.authorizations import make_challenge
from tests.dialects.conftest import URL, CastClient
from tests.dialects.consent import BACK, VERIFIER, Site
from tests.dialects.oidc.test_oidc import exchange, read
from tests.web.test_consent import Browser

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""The doors are the same before either engine; what they store has tests of its own on both."""
STATE, NONCE = "s" * 128, "n" * 32
LEGAL = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


class Suite:
    """A client and the browser of its tester, and the checks that the suite makes in every module."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site, self.browser = site, browser

    def wait(self, seconds: int) -> None:
        """Let time go on."""
        courtyard = self.site.client.courtyard
        now = courtyard.now + seconds
        courtyard.clock = lambda: now

    async def go(self, **special: str) -> httpx.Response:
        """Send the browser to the authorization endpoint; an empty parameter is left out."""
        asked = {
            "client_id": self.site.id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
        } | special
        return await self.browser.open(
            "/oidc/authorize", **{one: text for one, text in asked.items() if text}
        )

    async def finish(self, page: httpx.Response, *, must_log_in: bool | None = None) -> dict[str, str]:
        """Log in and allow where that is asked for; return the answer, its generic checks made."""
        asked_to_log_in = page.status_code == 200 and page.url.path == "/login"
        if must_log_in is not None:
            assert asked_to_log_in == must_log_in
        if asked_to_log_in:
            page = await self.browser.log_in()
        if page.status_code == 200:
            page = await self.browser.send(page.url.path, decision="allow")
        return self.check_answer(page)

    @staticmethod
    def check_answer(page: httpx.Response) -> dict[str, str]:
        assert page.status_code in (302, 303), page.text
        parts = urlsplit(page.headers["location"])
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        told = dict(pairs)
        assert (f"{parts.scheme}://{parts.netloc}{parts.path}", parts.fragment) == (BACK, "")
        assert len(pairs) == len(told), "no parameter comes twice"
        assert (told["state"], told["iss"]) == (STATE, URL)
        if "error" in told:
            assert told.keys() <= {"error", "error_description", "error_uri", "state", "iss"}
            assert LEGAL.fullmatch(told["error_description"])
        else:
            assert told.keys() == {"code", "state", "iss"}
            assert len(set(told["code"])) > 16, "of enough entropy"
            assert len(told["code"]) * 6 >= 128
        return told

    async def redeem(self, code: str, *, nonce: str | None = NONCE, **form: Any) -> dict[str, Any]:
        """Redeem a code; return the answer with the identity token's claims under `claims`, all checked."""
        body: dict[str, Any] = await exchange(self.site, code=code, **form)
        assert (body["token_type"], body["expires_in"] > 0) == ("Bearer", True)
        claims = await read(self.site, body["id_token"])
        assert (claims["iss"], claims["aud"], claims.get("nonce")) == (URL, self.site.id, nonce)
        now = self.site.client.courtyard.now
        assert now < claims["exp"] < now + 50 * 365 * 86400
        assert abs(claims["iat"] - now) <= 300
        assert 0 <= now - claims["auth_time"] <= 365 * 86400
        half = sha256(body["access_token"].encode()).digest()[:16]
        assert claims["at_hash"] == urlsafe_b64encode(half).decode().rstrip("=")
        assert claims["sub"].isascii()
        assert len(claims["sub"]) <= 255
        assert not claims.keys() & {"name", "email", "address", "phone_number"}, "those are the UserInfo's"
        return body | {"claims": claims}

    async def run(self, *, form: Any = None, **special: str) -> dict[str, Any]:
        """Go the whole way once, to the UserInfo; return the token answer with `claims` and `userinfo`."""
        told = await self.finish(await self.go(**special))
        body = await self.redeem(told["code"], **(form or {}))
        answer = await self.userinfo(body["access_token"])
        assert answer.status_code == 200
        userinfo = answer.json()
        assert userinfo["sub"] == body["claims"]["sub"]
        for name, kind in (("email_verified", bool), ("phone_number_verified", bool), ("address", dict)):
            assert isinstance(userinfo.get(name, kind()), kind)
        return body | {"userinfo": userinfo}

    async def userinfo(self, token: str, method: str = "GET") -> httpx.Response:
        bearer = {"authorization": f"Bearer {token}"}
        return await self.site.http.request(method, "/oidc/userinfo", headers=bearer)


@pytest.fixture
async def suite(cast_client: CastClient) -> AsyncIterator[Suite]:
    browser = Browser(cast_client)
    yield Suite(await Site.open(cast_client, protocols=["oidc"]), browser)
    await browser.http.aclose()


PKCE = {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"}
ACCEPTED: dict[str, tuple[dict[str, str], set[str]]] = {
    "oidcc-server": ({}, set()),
    "oidcc-scope-profile": ({"scope": "openid profile"}, {"name", "given_name", "family_name", "gender"}),
    "oidcc-scope-email": ({"scope": "openid email"}, {"email", "email_verified"}),
    "oidcc-scope-address": ({"scope": "openid address"}, {"address"}),
    "oidcc-scope-phone": ({"scope": "openid phone"}, {"phone_number", "phone_number_verified"}),
    "oidcc-scope-all": ({"scope": "openid profile email address phone"}, {"name", "email", "address"}),
    "oidcc-alternate-happy-flow": ({"nonce": NONCE, "scope": "email openid", "state": STATE}, {"email"}),
    "oidcc-display-page": ({"display": "page"}, set()),
    "oidcc-display-popup": ({"display": "popup"}, set()),
    "oidcc-ensure-request-with-unknown-parameter-succeeds": ({"extra": "foobar"}, set()),
    "oidcc-login-hint": ({"login_hint": "anna@dvor.example"}, set()),
    "oidcc-ui-locales": ({"ui_locales": "se"}, set()),
    "oidcc-claims-locales": ({"claims_locales": "se"}, set()),
    "oidcc-ensure-request-with-acr-values-succeeds": ({"acr_values": "1 2"}, set()),
    "oidcc-claims-essential": ({"claims": '{"userinfo":{"name":{"essential":true}}}'}, set()),
}


@pytest.mark.parametrize("module", list(ACCEPTED))
async def test_accepted(suite: Suite, module: str) -> None:
    special, claims = ACCEPTED[module]
    assert claims <= (await suite.run(**special))["userinfo"].keys()


async def test_oidcc_response_type_missing(suite: Suite) -> None:
    told = suite.check_answer(await suite.go(response_type=""))
    assert told["error"] in ("invalid_request", "unsupported_response_type")


async def test_oidcc_idtoken_signature_and_unsigned(suite: Suite) -> None:
    told = (await suite.site.ask("/.well-known/openid-configuration")).json()
    assert "none" not in told["id_token_signing_alg_values_supported"]
    keys = (await suite.site.ask("/oidc/jwks")).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    await suite.run()  # which reads the token with RS256 and a kid that is published


async def test_oidcc_userinfo_get_and_post(suite: Suite) -> None:
    body = await suite.run(scope="openid email")
    posted = await suite.userinfo(body["access_token"], "POST")
    assert (posted.status_code, posted.json()) == (200, body["userinfo"])
    in_body = await suite.site.http.post("/oidc/userinfo", data={"access_token": body["access_token"]})
    assert in_body.json() == body["userinfo"]


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: Suite) -> None:
    told = await suite.finish(await suite.go(nonce=""))
    await suite.redeem(told["code"], nonce=None)


async def test_oidcc_prompt_login(suite: Suite) -> None:
    first = await suite.run()
    suite.wait(2)
    told = await suite.finish(await suite.go(prompt="login"), must_log_in=True)
    second = await suite.redeem(told["code"])
    assert second["claims"]["auth_time"] > first["claims"]["auth_time"]


async def test_oidcc_prompt_none_not_logged_in(suite: Suite) -> None:
    told = suite.check_answer(await suite.go(prompt="none"))
    assert told["error"] == "login_required"


async def test_oidcc_prompt_none_logged_in(suite: Suite) -> None:
    first = await suite.run()
    told = suite.check_answer(await suite.go(prompt="none"))
    assert (await suite.redeem(told["code"]))["claims"]["sub"] == first["claims"]["sub"]


async def test_oidcc_max_age_1(suite: Suite) -> None:
    first = await suite.run()
    suite.wait(2)
    told = await suite.finish(await suite.go(max_age="1"), must_log_in=True)
    second = await suite.redeem(told["code"])
    assert second["claims"]["auth_time"] == first["claims"]["auth_time"] + 2


async def test_oidcc_max_age_10000(suite: Suite) -> None:
    first = await suite.run()
    suite.wait(100)
    told = await suite.finish(await suite.go(max_age="10000"), must_log_in=False)
    second = await suite.redeem(told["code"])
    assert second["claims"]["auth_time"] == first["claims"]["auth_time"]


async def test_oidcc_id_token_hint(suite: Suite) -> None:
    first = await suite.run()
    told = suite.check_answer(await suite.go(prompt="none", id_token_hint=first["id_token"]))
    assert (await suite.redeem(told["code"]))["claims"]["sub"] == first["claims"]["sub"]


@pytest.mark.parametrize("seconds", [0, 30])
async def test_oidcc_codereuse(suite: Suite, seconds: int) -> None:
    told = await suite.finish(await suite.go())
    body = await suite.redeem(told["code"])
    suite.wait(seconds)
    refused = await exchange(suite.site, status=400, code=told["code"])
    assert refused["error"] == "invalid_grant"
    assert (await suite.userinfo(body["access_token"])).status_code == 401


async def test_oidcc_ensure_registered_redirect_uri(suite: Suite) -> None:
    page = await suite.go(redirect_uri=f"{BACK}/foreign")
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert "not registered" in page.text


async def test_oidcc_ensure_post_request_succeeds(suite: Suite) -> None:
    await suite.browser.open("/login")
    await suite.browser.log_in()
    asked = {"client_id": suite.site.id, "redirect_uri": BACK, "response_type": "code", "scope": "openid"}
    sent = await suite.browser.http.post("/oidc/authorize", data={**asked, "state": STATE, "nonce": NONCE})
    told = await suite.finish(await suite.browser.open(sent.headers["location"]))
    await suite.redeem(told["code"])


async def test_oidcc_server_client_secret_post(suite: Suite) -> None:
    site = suite.site
    form = {"client_id": site.id, "client_secret": site.secret, "headers": {}}
    await suite.run(form=form)


@pytest.mark.parametrize(
    ("special", "error"),
    [
        ({"request_uri": "https://site.example/request"}, "request_uri_not_supported"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ],
)
async def test_oidcc_unsigned_request_object(suite: Suite, special: dict[str, str], error: str) -> None:
    assert suite.check_answer(await suite.go(**special))["error"] == error


async def test_oidcc_refresh_token(suite: Suite) -> None:
    first = await suite.run(scope="openid offline_access")
    suite.wait(5)
    form: dict[str, Any] = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    other = await Site.open(suite.site.client, protocols=["oidc"])
    assert (await exchange(other, status=400, **form))["error"] == "invalid_grant", "not for client 2"
    second = await exchange(suite.site, **form)
    claims = await read(suite.site, second["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert claims[name] == first["claims"][name]
    assert claims["iat"] > first["claims"]["iat"]
    assert second["access_token"] != first["access_token"]


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Suite) -> None:
    await suite.run(form={"code_verifier": VERIFIER}, **PKCE)


async def test_oidcc_discovery_endpoint_verification(cast_client: CastClient) -> None:
    site = "https://dvor.example"
    cast_client.courtyard.public_url = site
    answer = await cast_client.http.get("/.well-known/openid-configuration")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert told["issuer"] == site
    assert told.keys() >= {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}
    for name, value in told.items():
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(f"{site}/"), name
        elif name.endswith(("_supported", "_required")) and not isinstance(value, bool):
            assert isinstance(value, list), name
            assert all(isinstance(one, str) and one for one in value)
            assert len(set(value)) == len(value)
    assert told["response_types_supported"] == ["code"]
    assert set(told["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert {"client_secret_basic", "client_secret_post"} <= set(told["token_endpoint_auth_methods_supported"])
    assert set(told["grant_types_supported"]) >= {"authorization_code", "refresh_token"}
    assert "openid" in told["scopes_supported"]
    assert {"sub", "name", "email"} <= set(told["claims_supported"])
    assert told["request_parameter_supported"] is False
    keys = (await cast_client.http.get(urlsplit(told["jwks_uri"]).path)).json()["keys"]
    assert all(key["kid"] and key["use"] == "sig" for key in keys)
