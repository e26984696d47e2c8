"""VK ID: PKCE, the device id, refresh, user info, and the doors that its SDK calls from other sites."""

from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dvor.model.authorizations import make_challenge
from tests.dialects.consent import BACK, VERIFIER, Site, landed
from tests.dialects.vk.conftest import NOW, URL, CastClient

SCOPE = "vkid.personal_info email phone"


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client, protocols=["vk", "vkid"])


async def come_back(site: Site, method: str = "S256") -> dict[str, Any]:
    asked: dict[str, Any] = {
        "client_id": site.id,
        "redirect_uri": BACK,
        "response_type": "code",
        "state": "a state",
        "scope": SCOPE,
        "code_challenge": make_challenge(VERIFIER),
        "code_challenge_method": method,
    }
    return landed(await site.answer(await site.ask("/authorize", **asked)))


async def call(site: Site, door: str, *, status: int = 200, **form: Any) -> Any:
    answer = await site.http.post(f"/oauth2/{door}", data={"client_id": site.id} | form)
    assert answer.status_code == status, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


async def get_tokens(site: Site) -> tuple[dict[str, Any], str]:
    back = await come_back(site)
    tokens = await call(
        site,
        "auth",
        grant_type="authorization_code",
        code=back["code"],
        code_verifier=VERIFIER,
        device_id=back["device_id"],
        redirect_uri=BACK,
        state="another state",
    )
    return tokens, back["device_id"]


@pytest.mark.parametrize("method", ["S256", "s256"])
async def test_the_callback_carries_the_device(site: Site, method: str) -> None:
    back = await come_back(site, method)
    assert back.keys() == {"code", "state", "type", "device_id", "expires_in"}
    assert (back["type"], back["state"]) == ("code_v2", "a state")


async def test_tokens_for_a_code(site: Site) -> None:
    tokens, _ = await get_tokens(site)
    anna = site.client.ids["anna"]
    assert tokens.keys() == {
        "access_token",
        "refresh_token",
        "id_token",
        "token_type",
        "expires_in",
        "user_id",
        "state",
        "scope",
    }
    assert (tokens["user_id"], tokens["state"], tokens["expires_in"]) == (anna, "another state", 3600)
    assert set(tokens["scope"].split()) == set(SCOPE.split())
    published = (await site.http.get("/oidc/jwks")).json()["keys"]
    keys = KeySet([RSAKey.import_key(key) for key in published if key["kty"] == "RSA"])
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert claims == {"iss": URL, "sub": str(anna), "aud": site.id, "iat": NOW, "exp": NOW + 3600}


async def test_the_sdk_puts_all_but_the_code_into_the_query(site: Site) -> None:
    back = await come_back(site)
    query = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "client_id": site.id,
        "code_verifier": VERIFIER,
        "state": "s",
        "device_id": back["device_id"],
    }
    answer = await site.http.post("/oauth2/auth", params=query, data={"code": back["code"]})
    assert (answer.status_code, answer.json()["state"]) == (200, "s")


async def test_a_code_of_vk_id_is_redeemed_at_access_token_too(site: Site) -> None:
    back = await come_back(site)
    asked: dict[str, Any] = {
        "client_id": site.id,
        "client_secret": site.secret,
        "redirect_uri": BACK,
        "code": back["code"],
    }
    refused = await site.http.post("/access_token", data=asked)
    assert refused.json()["error"] == "invalid_grant", "the verifier is missing"
    answer = await site.http.post("/access_token", data=asked | {"code_verifier": VERIFIER})
    assert answer.json()["email"] == "anna@dvor.example"


@pytest.mark.parametrize(
    ("special", "error", "status"),
    [
        ({"code_verifier": ""}, "invalid_request", 400),
        ({"code_verifier": "x" * 43}, "invalid_grant", 401),
        ({"device_id": ""}, "invalid_request", 400),
        ({"device_id": "another"}, "invalid_grant", 401),
        ({"redirect_uri": f"{BACK}?x"}, "invalid_grant", 401),
        ({"code": "x"}, "invalid_grant", 401),
        ({"client_id": "5"}, "invalid_client", 401),
        ({"client_secret": "x"}, "invalid_client", 401),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": ""}, "invalid_request", 400),
    ],
)
async def test_what_does_not_fit_is_refused(
    site: Site, special: dict[str, Any], error: str, status: int
) -> None:
    back = await come_back(site)
    right = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "code_verifier": VERIFIER,
        "device_id": back["device_id"],
        "redirect_uri": BACK,
    }
    body = await call(site, "auth", status=status, **(right | special))
    assert body["error"] == error
    assert body["error_description"]
    assert "access_token" in await call(site, "auth", **right)


async def test_a_code_without_pkce_opens_nothing_here(site: Site) -> None:
    response = await site.ask("/authorize", client_id=site.id, redirect_uri=BACK)
    code = landed(await site.answer(response))["code"]
    form: dict[str, Any] = {
        "grant_type": "authorization_code",
        "code": code,
        "device_id": "x",
        "redirect_uri": BACK,
    }
    body = await call(site, "auth", status=401, code_verifier=VERIFIER, **form)
    assert body["error"] == "invalid_grant"


async def test_refresh_rotates(site: Site) -> None:
    tokens, device = await get_tokens(site)
    form: dict[str, Any] = {"grant_type": "refresh_token", "device_id": device, "state": "s"}
    body = await call(site, "auth", status=401, refresh_token="x", **form)
    assert body["error"] == "invalid_grant"
    new = await call(site, "auth", refresh_token=tokens["refresh_token"], **form)
    assert (new["state"], new["user_id"]) == ("s", tokens["user_id"])
    assert new["refresh_token"] != tokens["refresh_token"]
    await call(site, "auth", status=401, refresh_token=tokens["refresh_token"], **form)
    body = await call(site, "user_info", status=401, access_token=new["access_token"])
    assert body["error"] == "invalid_token", "a refresh token that came twice kills the log-in"


async def test_user_info(site: Site) -> None:
    tokens, _ = await get_tokens(site)
    user = (await call(site, "user_info", access_token=tokens["access_token"]))["user"]
    avatar = user.pop("avatar")
    assert user == {
        "user_id": str(site.client.ids["anna"]),
        "first_name": "Анна",
        "last_name": "Соколова",
        "sex": 1,
        "verified": True,
        "birthday": "12.04.1990",
        "email": "anna@dvor.example",
        "phone": "74950000001",
    }
    picture: httpx.Response = await site.http.get(avatar.removeprefix(URL))
    assert picture.content[:2] == b"\xff\xd8"
    await call(site, "user_info", status=401, access_token=tokens["access_token"], client_id="5")
    await call(site, "user_info", status=401)


async def test_public_info_hides_most(site: Site) -> None:
    tokens, _ = await get_tokens(site)
    user = (await call(site, "public_info", id_token=tokens["id_token"]))["user"]
    assert (user["first_name"], user["last_name"], user["email"]) == ("Анна", "С.", "a***@dvor.example")
    assert "phone" not in user
    for wrong in ("", "x.y.z", tokens["id_token"][:-3]):
        assert (await call(site, "public_info", status=401, id_token=wrong))["error"] == "invalid_token"


async def test_logout_ends_this_log_in_and_revoke_all(site: Site) -> None:
    first, device = await get_tokens(site)
    second, _ = await get_tokens(site)
    assert await call(site, "logout", access_token=first["access_token"]) == {"response": 1}
    await call(site, "user_info", status=401, access_token=first["access_token"])
    form: dict[str, Any] = {"grant_type": "refresh_token", "device_id": device}
    await call(site, "auth", status=401, refresh_token=first["refresh_token"], **form)
    assert await call(site, "revoke", access_token=second["access_token"]) == {"response": 1}
    await call(site, "user_info", status=401, access_token=second["access_token"])


async def test_other_sites_may_call(site: Site) -> None:
    headers = {"origin": "https://site.example", "access-control-request-headers": "content-type"}
    answer = await site.http.options("/oauth2/auth", headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert (await site.http.get("/oauth2/auth")).status_code == 405


async def test_an_app_without_vk_id_uses_pkce_with_vk_oauth(cast_client: CastClient) -> None:
    site = await Site.open(cast_client, protocols=["vk"])
    back = await come_back(site)
    assert back.keys() == {"code", "state"}
    asked: dict[str, Any] = {
        "client_id": site.id,
        "client_secret": site.secret,
        "redirect_uri": BACK,
        "code": back["code"],
    }
    assert (await site.http.post("/access_token", data=asked)).json()["error"] == "invalid_grant"
    asked["code_verifier"] = VERIFIER
    assert (await site.http.post("/access_token", data=asked)).status_code == 200
