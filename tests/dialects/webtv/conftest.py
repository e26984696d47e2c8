"""Another server that signs its calls of the server API."""

from typing import Any, Self

import httpx
import pytest

from dvor.core import credentials
from dvor.model.credentials import NewCredential, sign
from tests.dialects.conftest import NOW, CastClient

SALT = "0cc175b9c0f1b6a831c399e269772661"


class Integration:
    """A server with a credential of its own."""

    def __init__(self, client: CastClient, key_id: str, secret: str) -> None:
        self.client, self.courtyard, self.http = client, client.courtyard, client.http
        self.key_id, self.secret = key_id, secret

    @classmethod
    async def open(cls, client: CastClient, **special: Any) -> Self:
        """Make a credential that may do everything unless said otherwise."""
        everything: dict[str, Any] = {
            "title": "WebTV",
            "general": "write",
            "permissions": {"secrets": "read"},
        }
        new = NewCredential(**(everything | special))
        credential, secret = await credentials.create_credential(client.courtyard, new)
        return cls(client, credential.key_id, secret)

    def sign(self, *, salt: str = SALT, timestamp: int = NOW) -> dict[str, str]:
        """Return what a signed request carries."""
        signature = sign(self.secret, salt, str(timestamp))
        return {"timestamp": str(timestamp), "salt": salt, "key": self.key_id, "signature": signature}

    async def ask(
        self,
        do: str,
        iq: object = "",
        *,
        go: Any = "users",
        signed: Any = None,
        headers: Any = None,
        **post: object,
    ) -> Any:
        """Return the answer to a call; always HTTP 200 and JSON."""
        asked = {"go": go, "do": do, "iq": str(iq)} | (self.sign() if signed is None else signed)
        form = {name: str(value) for name, value in post.items()}
        answer: httpx.Response = await self.http.post("/api.php", params=asked, data=form, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        return answer.json()


@pytest.fixture
async def integration(cast_client: CastClient) -> Integration:
    return await Integration.open(cast_client)
