"""The doors where apps get tokens count requests, by app and address, and say so in their own shape."""

from typing import Any

import httpx
import msgspec
import pytest

from dvor.server.app import Application
from tests.dialects.conftest import URL, CastClient
from tests.dialects.consent import Site

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""The doors are the same before either engine; what they store has tests of its own on both."""
SLOW_DOWN: Any = {"error": "slow_down", "error_description": "too many requests, try again in a minute"}
LIMIT = 3


@pytest.fixture
async def visit(cast_client: CastClient) -> Any:
    """Visit a server that counts, from an address of one's choice."""
    courtyard = cast_client.courtyard
    courtyard.settings = msgspec.structs.replace(courtyard.settings, app_limit=LIMIT)
    application = Application(courtyard)

    async def post(path: str, address: str, **form: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=application, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
            return await http.post(path, data=form)

    return post


@pytest.mark.parametrize(
    ("path", "form", "status", "refused"),
    [
        ("/access_token", {"client_id": "1", "client_secret": "x"}, 429, SLOW_DOWN),
        ("/oauth2/auth", {"client_id": "1"}, 429, SLOW_DOWN),
        ("/oidc/token", {"client_id": "1"}, 429, SLOW_DOWN),
        ("/oidc/par", {"client_id": "1"}, 429, SLOW_DOWN),
        (
            "/api/authorize",
            {"app_id": "1", "app_secret": "x", "auth_key": "x"},
            200,
            {"error": True, "message": "Too many requests, try again in a minute"},
        ),
    ],
)
async def test_too_many_requests(
    visit: Any, path: str, form: dict[str, str], status: int, refused: dict[str, Any]
) -> None:
    for _ in range(LIMIT):
        assert (await visit(path, "10.0.0.1", **form)).json() != refused
    answer = await visit(path, "10.0.0.1", **form)
    assert (answer.status_code, answer.json()) == (status, refused)
    assert (await visit(path, "10.0.0.2", **form)).json() != refused, "others are not kept out"


async def test_an_address_cannot_go_through_all_apps(visit: Any) -> None:
    for number in range(10 * LIMIT):
        answer = await visit("/oidc/token", "10.0.0.1", client_id=str(number))
        assert answer.status_code == 401
    assert (await visit("/oidc/token", "10.0.0.1", client_id="99")).status_code == 429


async def test_an_app_that_is_slow_enough_is_let_in(cast_client: CastClient, visit: Any) -> None:
    site = await Site.open(cast_client)
    form = {"client_id": site.id, "client_secret": site.secret, "grant_type": "client_credentials"}
    for _ in range(LIMIT):
        assert "access_token" in (await visit("/access_token", "10.0.0.1", **form)).json()
