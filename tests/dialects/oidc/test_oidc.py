"""OpenID Connect: each check of the conformance suite's basic plan that needs no browser.  (Dvor is not certified.)"""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from dvor.model.authorizations import make_challenge
from tests.dialects.conftest import NOW, URL, CastClient
from tests.dialects.consent import BACK, LOGGED_IN_AT, VERIFIER, Site, landed

ALL_SCOPES = "openid profile email address phone"


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client, protocols=["oidc"])


async def ask(site: Site, *, post: bool = False, **special: str) -> httpx.Response:
    """Go to the authorization endpoint; a parameter that is empty is left out."""
    asked: dict[str, Any] = {
        "client_id": site.id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid",
        "state": "s" * 128,
    } | special
    asked = {name: value for name, value in asked.items() if value}
    if post:
        return await site.http.post("/oidc/authorize", data=asked)
    return await site.ask("/oidc/authorize", **asked)


async def get_code(site: Site, **special: Any) -> str:
    answer = landed(await site.answer(await ask(site, **special)))
    assert answer.keys() == {"code", "state", "iss"}, "and nothing else"
    assert (answer["state"], answer["iss"]) == ("s" * 128, URL)
    assert len(answer["code"]) * 6 >= 128
    return answer["code"]


def basic(site: Site, secret: str | None = None) -> dict[str, Any]:
    named = f"{site.id}:{quote(site.secret if secret is None else secret, safe='')}"
    return {"authorization": f"Basic {b64encode(named.encode()).decode()}"}


async def exchange(site: Site, *, status: int = 200, headers: Any = None, **form: str) -> Any:
    asked: dict[str, Any] = {"grant_type": "authorization_code", "redirect_uri": BACK} | form
    answer = await site.http.post(
        "/oidc/token", data=asked, headers=basic(site) if headers is None else headers
    )
    assert answer.status_code == status, answer.text
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    return answer.json()


async def read(site: Site, token: str, algorithm: str = "RS256") -> dict[str, Any]:
    """Check an identity token as an app does; return its claims."""
    published = (await site.http.get("/oidc/jwks")).json()["keys"]
    kids = [key["kid"] for key in published]
    assert len(kids) == len(set(kids))
    kinds: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey}
    keys = KeySet([kinds[key["kty"]].import_key(key) for key in published])
    found = jwt.decode(token, keys, algorithms=[algorithm])
    assert found.header["alg"] == algorithm
    assert found.header["kid"] in kids
    return dict(found.claims)


async def test_discovery(site: Site) -> None:
    first = await site.ask("/.well-known/openid-configuration")
    assert first.headers["content-type"] == "application/json"
    told = first.json()
    assert told == (await site.ask("/.well-known/oauth-authorization-server")).json()
    assert told["issuer"] == URL
    assert told["response_types_supported"] == ["code"]
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["id_token_signing_alg_values_supported"] == ["RS256", "ES256"]
    for name in (
        "authorization",
        "token",
        "userinfo",
        "revocation",
        "introspection",
        "end_session",
        "pushed_authorization_request",
    ):
        address = told[f"{name}_endpoint"]
        assert address.startswith(f"{URL}/oidc/")
        answer = await site.http.post(address)
        assert answer.status_code not in (404, 405, 500), address


async def test_a_person_logs_in(site: Site) -> None:
    code = await get_code(site, scope=ALL_SCOPES, nonce="n" * 100)
    body = await exchange(site, code=code)
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert set(body["scope"].split()) == set(ALL_SCOPES.split())
    claims = await read(site, body["id_token"])
    half = hashlib.sha256(body["access_token"].encode()).digest()[:16]
    assert claims == {
        "iss": URL,
        "sub": str(site.client.ids["anna"]),
        "aud": site.id,
        "iat": NOW,
        "exp": NOW + 3600,
        "auth_time": LOGGED_IN_AT,
        "at_hash": urlsafe_b64encode(half).decode().rstrip("="),
        "nonce": "n" * 100,
    }


async def test_an_app_may_have_its_identity_tokens_signed_by_an_elliptic_curve(
    cast_client: CastClient,
) -> None:
    site = await Site.open(cast_client, protocols=["oidc"], signing_algorithm="ES256")
    token = (await exchange(site, code=await get_code(site)))["id_token"]
    assert (await read(site, token, "ES256"))["aud"] == site.id
    assert await get_code(site, id_token_hint=token, prompt="none")


@pytest.mark.parametrize("how", ["get", "post", "post body"])
async def test_userinfo(site: Site, how: str) -> None:
    token = (await exchange(site, code=await get_code(site, scope=ALL_SCOPES)))["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    if how == "get":
        answer = await site.http.get("/oidc/userinfo", headers=bearer)
    elif how == "post":
        answer = await site.http.post("/oidc/userinfo", headers=bearer)
    else:
        answer = await site.http.post("/oidc/userinfo", data={"access_token": token})
    claims = answer.json()
    assert claims.pop("picture").startswith(f"{URL}/files/")
    assert claims == {
        "sub": str(site.client.ids["anna"]),
        "name": "Анна Соколова",
        "given_name": "Анна",
        "family_name": "Соколова",
        "preferred_username": "anna",
        "profile": f"{URL}/anna",
        "website": "https://dvor.example",
        "gender": "female",
        "birthdate": "1990-04-12",
        "email": "anna@dvor.example",
        "email_verified": claims["email_verified"],
        "address": {"locality": "Москва", "country": "Россия"},
        "phone_number": "+74950000001",
        "phone_number_verified": False,
    }


async def test_only_the_granted_claims_are_told(site: Site) -> None:
    response = await ask(site, scope="openid profile email")
    code = landed(await site.answer(response, granted=1))["code"]
    body = await exchange(site, code=code)
    assert body["scope"] == "openid"
    bearer = {"authorization": f"Bearer {body['access_token']}"}
    claims = (await site.http.get("/oidc/userinfo", headers=bearer)).json()
    assert claims == {"sub": str(site.client.ids["anna"])}


async def test_userinfo_refuses_in_the_bearer_way(site: Site) -> None:
    token = (await exchange(site, code=await get_code(site)))["access_token"]
    no_openid = (await exchange(site, code=await get_code(site, scope="profile")))["access_token"]
    for headers, query, status, error in (
        ({}, {}, 401, "invalid_token"),
        ({"authorization": "Bearer x"}, {}, 401, "invalid_token"),
        ({}, {"access_token": token}, 401, "invalid_token"),
        ({"authorization": f"Bearer {site.client.tokens['anna']}"}, {}, 401, "invalid_token"),
        ({"authorization": f"Bearer {no_openid}"}, {}, 403, "insufficient_scope"),
    ):
        answer = await site.http.get("/oidc/userinfo", headers=headers, params=query)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert f'error="{error}"' in answer.headers["www-authenticate"]
    asked: dict[str, Any] = {"access_token": token, "v": "5.199"}
    assert "error" in (await site.http.get("/method/users.get", params=asked)).json(), "it opens no methods"


async def test_without_openid_there_is_no_identity_token(site: Site) -> None:
    assert "id_token" not in await exchange(site, code=await get_code(site, scope="profile"))


@pytest.mark.parametrize(
    "special",
    [
        {"nonce": ""},
        {"scope": "email openid profile"},
        {"scope": "openid teleport"},
        {"display": "page"},
        {"display": "popup"},
        {"extra": "foobar"},
        {"login_hint": "anna@dvor.example"},
        {"ui_locales": "se"},
        {"claims_locales": "se"},
        {"acr_values": "1 2"},
        {"max_age": "10000"},
        {"prompt": "login"},
        {"claims": '{"userinfo":{"name":{"essential":true}}}'},
        {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"},
    ],
)
async def test_what_must_be_accepted(site: Site, special: dict[str, Any]) -> None:
    code = await get_code(site, **special)
    verifier: dict[str, Any] = {"code_verifier": VERIFIER} if "code_challenge" in special else {}
    claims = await read(site, (await exchange(site, code=code, **verifier))["id_token"])
    assert claims["auth_time"] == LOGGED_IN_AT
    assert "nonce" not in claims


async def test_post_is_as_good_as_get(site: Site) -> None:
    assert landed(await site.answer(await ask(site, post=True)))["code"]


@pytest.mark.parametrize(
    ("special", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://site.example/request"}, "request_uri_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"nonce": "n" * 4097}, "invalid_request"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
        ({"code_challenge": make_challenge(VERIFIER)}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_errors_are_told_to_the_app(site: Site, special: dict[str, Any], error: str) -> None:
    answer = landed(await ask(site, **special))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s" * 128, URL)
    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert all(" " <= c <= "~" and c not in '"\\' for c in answer["error_description"])


async def test_a_parameter_twice_is_an_error(site: Site) -> None:
    asked = f"client_id={site.id}&redirect_uri={quote(BACK, safe='')}&response_type=code&scope=openid"
    answer = await site.http.get(f"/oidc/authorize?{asked}&state=a&state=b")
    assert landed(answer)["error"] == "invalid_request"
    answer = await site.http.get(f"/oidc/authorize?{asked}&redirect_uri=https://evil.example")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "special",
    [
        {"client_id": "1"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": f"{BACK}?redirect_state=x"},
        {"redirect_uri": "https://evil.example/back"},
    ],
)
async def test_wrong_apps_and_addresses_get_a_page(site: Site, special: dict[str, Any]) -> None:
    answer = await ask(site, **special)
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "evil.example" not in answer.text


async def test_an_app_without_openid_is_not_known_here(cast_client: CastClient) -> None:
    site = await Site.open(cast_client, protocols=["vk"])
    assert (await ask(site)).status_code == 400


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("denied", "access_denied"),
        ("login_required", "login_required"),
        ("consent_required", "consent_required"),
    ],
)
async def test_what_the_person_answers(site: Site, outcome: Any, error: str) -> None:
    answer = landed(await site.answer(await ask(site, prompt="none"), outcome))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "s" * 128, URL)
    assert "code" not in answer


async def test_the_hinted_person_has_to_answer(site: Site) -> None:
    hint = (await exchange(site, code=await get_code(site)))["id_token"]
    assert await get_code(site, id_token_hint=hint, prompt="none")
    answer = landed(await site.answer(await ask(site, id_token_hint=hint), who="clara"))
    assert answer["error"] == "login_required"


async def test_a_code_that_comes_twice_ends_the_token(site: Site) -> None:
    code = await get_code(site)
    token = (await exchange(site, code=code))["access_token"]
    site.client.courtyard.clock = lambda: NOW + 30
    assert (await exchange(site, code=code, status=400))["error"] == "invalid_grant"
    answer = await site.http.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_ways_to_prove_who_the_app_is(site: Site) -> None:
    posted: dict[str, Any] = {"client_id": site.id, "client_secret": site.secret}
    assert await exchange(site, code=await get_code(site), headers={}, **posted)
    code = await get_code(site)
    for headers, form in (
        ({}, {}),
        ({}, {"client_id": site.id}),
        ({}, {"client_id": site.id, "client_secret": "x"}),
        (basic(site, "wrong"), {}),
        (basic(site, ""), {}),
        ({"authorization": "Basic ???"}, {}),
    ):
        refused = await exchange(site, code=code, status=401, headers=headers, **form)
        assert refused["error"] == "invalid_client"
    twice = await exchange(site, code=code, status=400, **posted)
    assert twice["error"] == "invalid_request"
    answer = await site.http.post("/oidc/token", headers=basic(site, "wrong"))
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("special", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": ""}, "invalid_request"),
        ({"code": "x"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, "invalid_grant"),
        ({"code_verifier": VERIFIER}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
async def test_errors_of_the_token_endpoint(site: Site, special: dict[str, Any], error: str) -> None:
    form: dict[str, Any] = {"code": await get_code(site)} | special
    assert (await exchange(site, status=400, **form))["error"] == error


async def test_pkce_cannot_be_left_out(site: Site) -> None:
    code = await get_code(site, code_challenge=make_challenge(VERIFIER), code_challenge_method="S256")
    for wrong in ("", "x" * 43):
        assert (await exchange(site, status=400, code=code, code_verifier=wrong))["error"] == "invalid_grant"
    assert await exchange(site, code=code, code_verifier=VERIFIER)


async def test_a_program_has_no_secret_and_needs_pkce(cast_client: CastClient) -> None:
    at = "http://127.0.0.1:7000/back"
    program = await Site.open(
        cast_client, platform="standalone", redirect_uris=["http://127.0.0.1/back"], protocols=["oidc"]
    )
    assert landed(await ask(program, redirect_uri=at), at)["error"] == "invalid_request"
    challenge: dict[str, Any] = {"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "S256"}
    code = landed(await program.answer(await ask(program, redirect_uri=at, **challenge)), at)["code"]
    form: dict[str, Any] = {"code": code, "client_id": program.id, "redirect_uri": at}
    assert (await exchange(program, status=400, headers={}, **form))["error"] == "invalid_grant"
    assert await exchange(program, headers={}, code_verifier=VERIFIER, **form)
    refused = await exchange(
        program, status=400, headers={}, client_id=program.id, grant_type="client_credentials"
    )
    assert refused["error"] == "unauthorized_client"


@pytest.mark.parametrize("path", ["/oidc/authorize", "/oidc/token", "/oidc/userinfo", "/oidc/revoke"])
async def test_bad_input_is_refused(site: Site, path: str) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for content in (b"client_id=%00", b"client_id=%ff", b"x" * 2**21):
        answer = await site.http.post(path, content=content, headers=kind)
        assert answer.status_code == 400
    assert (await site.http.put(path)).status_code == 405
