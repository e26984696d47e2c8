"""VK OAuth: the code and the implicit flow as VK's clients go through them, and the attacks that must fail."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from dvor.core.consents import revoke_consent
from dvor.dialects.vk.oauth import read_scope
from dvor.model.authorizations import make_challenge
from dvor.model.tokens import FULL_SCOPE, Scope
from tests.dialects.consent import BACK, VERIFIER, Site, landed
from tests.dialects.vk.conftest import URL, CastClient


@pytest.fixture
async def site(cast_client: CastClient) -> Site:
    return await Site.open(cast_client)


async def get_code(site: Site, **texts: str) -> str:
    asked = {"client_id": site.id, "redirect_uri": BACK, "response_type": "code"} | texts
    return landed(await site.answer(await site.ask("/authorize", **asked)))["code"]


async def exchange(site: Site, **texts: str) -> httpx.Response:
    asked = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK} | texts
    answer = await site.http.post("/access_token", data=asked)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    return answer


async def ask_me(site: Site, token: str, **more: str) -> Any:
    asked = {"access_token": token, "v": "5.199"} | more
    return (await site.http.get("/method/users.get", params=asked)).json()


@pytest.mark.parametrize("path", ["/authorize", "/oauth/authorize"])
async def test_a_person_logs_in(site: Site, path: str) -> None:
    state = "{%22a b&c=d+é}" + "x" * 4000
    asked = {"client_id": site.id, "redirect_uri": BACK, "scope": "email,friends", "state": state}
    answer = landed(await site.answer(await site.ask(path, **asked)))
    assert answer.keys() == {"code", "state"}
    assert answer["state"] == state
    body = (await exchange(site, code=answer["code"])).json()
    token = body.pop("access_token")
    assert body == {
        "token_type": "Bearer",
        "expires_in": 86400,
        "user_id": site.client.ids["anna"],
        "email": "anna@dvor.example",
        "state": state,
    }
    [me] = (await ask_me(site, token))["response"]
    assert me["id"] == site.client.ids["anna"]


@pytest.mark.parametrize("how", ["get", "post", "basic", "json"])
async def test_every_way_to_ask_for_the_token(site: Site, how: str) -> None:
    code = await get_code(site)
    asked = {"client_id": site.id, "client_secret": site.secret, "redirect_uri": BACK, "code": code}
    if how == "get":
        answer = await site.http.get("/access_token", params=asked)
    elif how == "json":
        answer = await site.http.post("/access_token", json=asked)
    elif how == "basic":
        named = b64encode(f"{site.id}:{site.secret}".encode()).decode()
        asked = {"redirect_uri": BACK, "code": code, "grant_type": "authorization_code"}
        answer = await site.http.post(
            "/access_token?v=5.131", data=asked, headers={"authorization": f"Basic {named}"}
        )
    else:
        answer = await site.http.post("/access_token", data=asked)
    assert answer.status_code == 200
    assert answer.json()["user_id"] == site.client.ids["anna"]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_code_is_used_once_and_reuse_kills_the_token(site: Site) -> None:
    code = await get_code(site)
    token = (await exchange(site, code=code)).json()["access_token"]
    again = await exchange(site, code=code)
    assert again.status_code == 401
    assert again.json() == {"error": "invalid_grant", "error_description": "Code is invalid or expired."}
    assert (await ask_me(site, token))["error"]["error_code"] == 5


@pytest.mark.parametrize(
    ("special", "error", "description"),
    [
        ({"client_secret": "wrong"}, "invalid_client", "client_secret is incorrect"),
        ({"client_secret": ""}, "invalid_client", "client_secret is undefined"),
        ({"client_id": "1"}, "invalid_client", "client_id is incorrect"),
        ({"client_id": "9" * 80}, "invalid_client", "client_id is incorrect"),
        ({"client_id": ""}, "invalid_client", "client_id is undefined"),
        ({"code": "wrong"}, "invalid_grant", "Code is invalid or expired."),
        ({"code": ""}, "invalid_request", "code is undefined"),
        (
            {"redirect_uri": f"{BACK}/"},
            "invalid_grant",
            "redirect_uri is invalid, please pass same redirect_uri, you used in authorize method.",
        ),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type is incorrect"),
        ({"code_verifier": VERIFIER}, "invalid_grant", "verifier is missing or invalid"),
    ],
)
async def test_what_does_not_fit_is_refused_in_vks_words(
    site: Site, special: dict[str, str], error: str, description: str
) -> None:
    code = await get_code(site)
    answer = await exchange(site, **({"code": code} | special))
    assert answer.status_code == 401
    assert answer.json() == {"error": error, "error_description": description}
    assert (await exchange(site, code=code)).status_code == 200, "the code was not used up by that"


async def test_another_app_cannot_use_a_code(site: Site) -> None:
    other = await Site.open(site.client)
    code = await get_code(site)
    assert (await exchange(other, code=code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("special", "status", "description"),
    [
        ({"client_id": "1"}, 401, "client_id is incorrect"),
        ({"client_id": "evil"}, 401, "client_id is incorrect"),
        ({"client_id": ""}, 400, "client_id is undefined"),
        (
            {"redirect_uri": "https://evil.example/back"},
            400,
            "redirect_uri has wrong domain, check application settings",
        ),
        (
            {"redirect_uri": "https://site.example/other"},
            400,
            "redirect_uri is incorrect, check application redirect uri in the settings page",
        ),
        (
            {"redirect_uri": ""},
            400,
            "redirect_uri is incorrect, check application redirect uri in the settings page",
        ),
        (
            {"redirect_uri": f"{BACK}?redirect_state=x&next=https://evil.example"},
            400,
            "redirect_uri is incorrect, check application redirect uri in the settings page",
        ),
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    site: Site, special: dict[str, str], status: int, description: str
) -> None:
    answer = await site.ask("/authorize", **({"client_id": site.id, "redirect_uri": BACK} | special))
    assert "location" not in answer.headers
    assert (answer.status_code, answer.json()["error_description"]) == (status, description)


@pytest.mark.parametrize(
    ("special", "error"),
    [
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"display": "hologram"}, "invalid_request"),
        ({"group_ids": "1,x"}, "invalid_request"),
        ({"group_ids": ",".join(map(str, range(1, 12)))}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": make_challenge(VERIFIER), "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": make_challenge(VERIFIER)}, "invalid_request"),
    ],
)
async def test_other_errors_are_told_to_the_app(site: Site, special: dict[str, str], error: str) -> None:
    asked = {"client_id": site.id, "redirect_uri": BACK, "state": "s"} | special
    answer = landed(await site.ask("/authorize", **asked))
    assert (answer["error"], answer["state"]) == (error, "s")


async def test_a_state_beyond_measure_is_not_carried(site: Site) -> None:
    answer = landed(await site.ask("/authorize", client_id=site.id, redirect_uri=BACK, state="x" * 4097))
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


async def test_who_says_no_is_believed(site: Site) -> None:
    asked = {"client_id": site.id, "redirect_uri": BACK, "state": "s"}
    answer = landed(await site.answer(await site.ask("/authorize", **asked), "denied"))
    assert answer == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "User denied your request",
        "state": "s",
    }


async def test_the_way_back_is_gone_once(site: Site) -> None:
    response = await site.ask("/authorize", client_id=site.id, redirect_uri=BACK)
    request_id = response.headers["location"].removeprefix("/consent/")
    await site.answer(response)
    for ticket in (request_id, "", "x"):
        answer = await site.ask("/authorize/continue", ticket=ticket)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_python_social_auth_adds_its_state_to_the_address(site: Site) -> None:
    uri = f"{BACK}?redirect_state=AbC123"
    response = await site.ask("/authorize", client_id=site.id, redirect_uri=uri, scope="email friends")
    answer = landed(await site.answer(response))
    assert answer["redirect_state"] == "AbC123"
    assert (await exchange(site, code=answer["code"])).json()["error"] == "invalid_grant"
    body = (await exchange(site, code=answer["code"], redirect_uri=uri)).json()
    assert body["email"] == "anna@dvor.example"


async def test_what_was_not_granted_is_not_given(site: Site) -> None:
    response = await site.ask("/authorize", client_id=site.id, redirect_uri=BACK, scope="friends,email")
    code = landed(await site.answer(response, granted=int(Scope.FRIENDS)))["code"]
    body = (await exchange(site, code=code)).json()
    assert "email" not in body
    [me] = (await ask_me(site, body["access_token"], fields="email"))["response"]
    assert "email" not in me
    refused = await site.http.post(
        "/method/wall.post", data={"access_token": body["access_token"], "v": "5.199", "message": "x"}
    )
    assert refused.json()["error"]["error_code"] == 7


async def test_the_email_is_the_token_owners_only(site: Site) -> None:
    token = (await exchange(site, code=await get_code(site, scope="email"))).json()["access_token"]
    ids = site.client.ids
    both = f"{ids['anna']},{ids['boris']}"
    mine, his = (await ask_me(site, token, fields="email", user_ids=both))["response"]
    assert mine["email"] == "anna@dvor.example"
    assert "email" not in his


async def test_offline_tokens_do_not_end(site: Site) -> None:
    body = (await exchange(site, code=await get_code(site, scope="offline,wall"))).json()
    assert body["expires_in"] == 0


async def test_a_removed_app_has_nothing(site: Site) -> None:
    token = (await exchange(site, code=await get_code(site))).json()["access_token"]
    anna = site.client.ids["anna"]
    await site.client.courtyard.database.write(lambda tx: revoke_consent(tx, anna, site.app.id))
    assert (await ask_me(site, token))["error"]["error_code"] == 5


async def test_the_app_acts_for_itself(site: Site) -> None:
    body = (await exchange(site, grant_type="client_credentials")).json()
    assert body["expires_in"] == 86400
    for token in (body["access_token"], site.secrets.service_token):
        [found] = (await ask_me(site, token, user_ids="anna"))["response"]
        assert found["id"] == site.client.ids["anna"]
        refused = await site.http.get("/method/friends.add", params={"access_token": token, "v": "5.199"})
        assert refused.json()["error"]["error_code"] == 28


async def test_the_implicit_flow_has_to_be_switched_on(cast_client: CastClient) -> None:
    site = await Site.open(cast_client, protocols=["vk", "vkid"])
    response = await site.ask("/authorize", client_id=site.id, redirect_uri=BACK, response_type="token")
    assert "#error=unauthorized_client" in response.headers["location"]


async def test_an_app_acts_for_communities(site: Site) -> None:
    asked = {"client_id": site.id, "redirect_uri": BACK, "group_ids": "1,1", "scope": "messages,wall"}
    code = landed(await site.answer(await site.ask("/authorize", **asked)))["code"]
    body = (await exchange(site, code=code)).json()
    token = body["groups"][0].pop("access_token")
    assert body == {"groups": [{"group_id": 1}], "expires_in": 0}

    async def ask_group(text: str) -> Any:
        known = {"access_token": text, "v": "5.130"}
        return (await site.http.get("/method/groups.getById", params=known)).json()

    assert (await ask_group(token))["response"][0]["id"] == 1
    answer = landed(await site.answer(await site.ask("/authorize", **asked, response_type="token")))
    assert answer.keys() == {"access_token_1", "expires_in"}
    anna = site.client.ids["anna"]
    await site.client.courtyard.database.write(lambda tx: revoke_consent(tx, anna, site.app.id))
    for dead in (token, answer["access_token_1"]):
        assert (await ask_group(dead))["error"]["error_code"] == 5
    code = landed(await site.answer(await site.ask("/authorize", **asked), who="boris"))["code"]
    assert "access_token" not in (await exchange(site, code=code)).text, "he does not administer it"


async def test_a_program_gets_its_token_at_the_blank_page(cast_client: CastClient) -> None:
    program = await Site.open(
        cast_client, platform="standalone", redirect_uris=[], protocols=["vk", "vk_implicit"]
    )
    for uri in ("https://oauth.vk.com/blank.html", "https://oauth.vk.ru/blank.html", ""):
        asked = {"client_id": program.id, "response_type": "token", "scope": "6", "state": "s"}
        response = await program.ask("/authorize", **asked, **({"redirect_uri": uri} if uri else {}))
        sent = await program.answer(response)
        assert not urlsplit(sent.headers["location"]).query
        answer = landed(sent, f"{URL}/blank.html")
        assert (answer["expires_in"], answer["state"]) == ("86400", "s")
        [me] = (await ask_me(program, answer["access_token"]))["response"]
        assert me["id"] == int(answer["user_id"])
    blank = await program.ask("/blank.html")
    assert (blank.status_code, blank.headers["referrer-policy"]) == (200, "no-referrer")
    assert "frame-ancestors 'none'" in blank.headers["content-security-policy"]


def test_scopes_are_names_or_a_mask() -> None:
    wanted = Scope.FRIENDS | Scope.WALL
    for text in (
        "friends,wall",
        "friends wall",
        "friends+wall",
        "wall, friends,teleport",
        "8194",
        "FRIENDS,wall",
    ):
        assert read_scope(text) == wanted, text
    assert read_scope("") == Scope(0)
    assert read_scope("9" * 50) & ~FULL_SCOPE == 0


@pytest.mark.parametrize("path", ["/authorize", "/access_token", "/oauth2/auth", "/oauth2/user_info"])
async def test_bad_input_is_refused_in_oauths_shape(site: Site, path: str) -> None:
    for body in (
        b"client_id=%00",
        b"client_id=%ff",
        b"&".join(b"a%d=1" % n for n in range(1500)),
        b"x" * 2**21,
    ):
        answer = await site.http.post(
            path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"
    answer = await site.http.put(path)
    assert answer.status_code == 405
