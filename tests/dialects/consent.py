"""An app of the cast, a person who answers the page of consent without a browser, and the way there and back."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from dvor.core import apps
from dvor.core.authorizations import answer_request, find_request
from dvor.model.apps import PROTOCOLS, App, NewApp
from dvor.model.authorizations import Outcome
from tests.dialects.conftest import NOW, CastClient

BACK = "https://site.example/back"
VERIFIER = "verifier-" * 5
LOGGED_IN_AT = NOW - 100


class Site:
    """An outside site of Boris's, and Anna, who logs in there."""

    def __init__(self, client: CastClient, app: App) -> None:
        self.client, self.http = client, client.http
        self.app, self.id = app, str(app.id)
        self.secrets = apps.reveal_secrets(client.courtyard, app)
        self.secret = self.secrets.secret_key

    @classmethod
    async def open(cls, client: CastClient, **special: Any) -> "Site":
        """Register the app; all protocols are allowed unless said otherwise."""
        described: dict[str, Any] = {
            "title": "Соседи",
            "website": "https://site.example",
            "base_domain": "site.example",
            "redirect_uris": [BACK],
            "protocols": list(PROTOCOLS),
        } | special
        new = NewApp(**described)
        app = await apps.create_app(client.courtyard, client.ids["boris"], new, is_confirmed=True)
        return cls(client, app)

    async def ask(self, path: str, **texts: str) -> httpx.Response:
        """Send a browser to a door."""
        return await self.http.get(path, params=texts, headers={"accept": "text/html,*/*"})

    async def answer(
        self, response: httpx.Response, outcome: Outcome = "allowed", *, who: str = "anna", granted: int = -1
    ) -> httpx.Response:
        """Answer the page of consent that the door has sent the browser to; return where the door sends it on."""
        assert response.status_code == 303, response.text
        request_id = response.headers["location"].removeprefix("/consent/")
        assert "/" not in request_id, response.headers["location"]
        courtyard = self.client.courtyard
        if granted < 0:
            async with courtyard.database.read() as tx:
                granted = (await find_request(tx, request_id, NOW)).scope
        path = await answer_request(
            courtyard,
            request_id,
            outcome,
            user_id=self.client.ids[who],
            granted=granted,
            authenticated_at=LOGGED_IN_AT,
        )
        return await self.http.get(path)


def landed(response: httpx.Response, at: str = BACK) -> dict[str, str]:
    """Return what the app's address is told, in its query or behind its `#`."""
    assert response.status_code == 303, response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    parts = urlsplit(response.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == at
    return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True))
