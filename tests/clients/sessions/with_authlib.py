"""Authlib 1.9, as a web application uses it: OpenID Connect by discovery, and VK OAuth with Basic and PKCE."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from facts import BASE_URL, USER_ID
from person import APP_ID, CALLBACK, SECRET, allow
from starlette.requests import Request

oauth = OAuth()
oauth.register(
    "dvor",
    client_id=APP_ID,
    client_secret=SECRET,
    server_metadata_url=f"{BASE_URL}/.well-known/openid-configuration",
    client_kwargs={
        "scope": "openid profile email offline_access",
        "code_challenge_method": "S256",
    },
)
oauth.register(
    "vk",
    client_id=APP_ID,
    client_secret=SECRET,
    authorize_url=f"{BASE_URL}/authorize",
    access_token_url=f"{BASE_URL}/access_token",
    api_base_url=f"{BASE_URL}/method/",
    client_kwargs={"scope": "friends email", "code_challenge_method": "S256"},
)


def request(session: dict[str, Any], query: str = "") -> Request:
    """Return what the application's server would have got from the browser."""
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "server": ("localhost", 3000),
            "path": "/callback",
            "headers": [],
            "query_string": query.encode(),
            "session": session,
        }
    )


async def log_in(client: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Go there and back; return the token, and what the way back was."""
    session: dict[str, Any] = {}
    sent = await client.authorize_redirect(request(session), CALLBACK)
    back = allow(sent.headers["location"])
    query = urlsplit(back).query
    before = dict(session)
    return await client.authorize_access_token(request(session, query)), before, query


async def main() -> None:
    """Log in by both protocols."""
    token, session, query = await log_in(oauth.dvor)
    assert token["userinfo"]["sub"] == str(USER_ID), "the identity token was checked by Authlib"
    info = await oauth.dvor.userinfo(token=token)
    assert (info["sub"], info["email"], info["given_name"]) == (str(USER_ID), "anna@dvor.example", "Анна")
    try:
        await oauth.dvor.authorize_access_token(request(session, query))
    except OAuthError as error:
        assert error.error == "invalid_grant", error
    else:
        raise AssertionError("a code was taken twice")
    token, _, _ = await log_in(oauth.dvor)
    async with oauth.dvor._get_oauth_client(**await oauth.dvor.load_server_metadata()) as client:
        new = await client.refresh_token(client.metadata["token_endpoint"], token["refresh_token"])
        assert new["access_token"] != token["access_token"]
        assert new["refresh_token"] != token["refresh_token"]

    token, _, _ = await log_in(oauth.vk)
    assert token["user_id"] == USER_ID
    answer = await oauth.vk.get("users.get", token=token, params={"v": "5.199", "fields": "screen_name"})
    assert answer.json()["response"][0]["screen_name"] == "anna"


asyncio.run(main())
print("all is well")
