"""aiovk 4: the code flow of an app."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiovk import API, AuthorizationCodeSession
from aiovk.drivers import HttpDriver
from aiovk.exceptions import VkAuthError
from facts import BASE_URL, USER_ID
from person import APP_ID, CALLBACK, SECRET, allow


class ToDvor(HttpDriver):
    """Sends what is meant for VK's hosts, which are literals in aiovk, to Dvor."""

    async def post_json(self, url: str, *rest: Any, **options: Any) -> Any:
        return await super().post_json(BASE_URL + urlsplit(url).path, *rest, **options)


async def main() -> None:
    """Log in, ask who it was, and be refused the second time."""
    asked = {"client_id": APP_ID, "redirect_uri": CALLBACK, "scope": "friends", "v": "5.199"}
    back = await asyncio.to_thread(allow, f"{BASE_URL}/authorize?{urlencode(asked)}")
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    async with AuthorizationCodeSession(int(APP_ID), SECRET, CALLBACK, code, driver=ToDvor()) as session:
        await session.authorize()
        [me] = await API(session).users.get()
        assert me["id"] == USER_ID
    async with AuthorizationCodeSession(int(APP_ID), SECRET, CALLBACK, code, driver=ToDvor()) as session:
        try:
            await session.authorize()
        except VkAuthError as error:
            assert error.error == "invalid_grant", error
        else:
            raise AssertionError("a code was taken twice")


asyncio.run(main())
print("all is well")
