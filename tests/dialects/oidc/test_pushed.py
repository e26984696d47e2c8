"""Pushed authorization requests (RFC 9126)."""

from typing import Any

from tests.dialects.conftest import NOW
from tests.dialects.consent import BACK, Site, landed
from tests.dialects.oidc.test_oidc import basic, exchange, read
from tests.dialects.oidc.test_oidc import site as site


async def push(site: Site, *, status: int = 201, headers: Any = None, **special: str) -> Any:
    asked = {"redirect_uri": BACK, "response_type": "code", "scope": "openid", "state": "s"} | special
    answer = await site.http.post(
        "/oidc/par", data=asked, headers=basic(site) if headers is None else headers
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_request_can_be_pushed(site: Site) -> None:
    body = await push(site, nonce="n")
    assert body["expires_in"] == 300
    uri = body["request_uri"]
    assert uri.startswith("urn:ietf:params:oauth:request_uri:")
    other = await Site.open(site.client, protocols=["oidc"])
    for client_id in (other.id, "1"):
        answer = await site.ask("/oidc/authorize", client_id=client_id, request_uri=uri)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    response = await site.ask("/oidc/authorize", client_id=site.id, request_uri=uri, scope="openid phone")
    told = landed(await site.answer(response))
    assert told["state"] == "s"
    tokens = await exchange(site, code=told["code"])
    assert (tokens["scope"], (await read(site, tokens["id_token"]))["nonce"]) == ("openid", "n")
    again = await site.ask("/oidc/authorize", client_id=site.id, request_uri=uri)
    assert (again.status_code, "location" in again.headers) == (400, False)


async def test_what_is_pushed_is_checked(site: Site) -> None:
    for special, status, error in (
        ({"redirect_uri": "https://evil.example"}, 400, "invalid_request"),
        ({"response_type": "token"}, 400, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, 400, "invalid_request"),
        ({"headers": {}}, 401, "invalid_client"),
        ({"headers": basic(site, "x")}, 401, "invalid_client"),
    ):
        assert (await push(site, status=status, **special))["error"] == error, special
    uri = (await push(site))["request_uri"]
    site.client.courtyard.clock = lambda: NOW + 300
    answer = await site.ask("/oidc/authorize", client_id=site.id, request_uri=uri)
    assert answer.status_code == 400
