"""VK ID: OAuth 2.1 with PKCE and a device id.

Source: VK ID's description of its API without an SDK, and the SDK's own requests (vkid-web-sdk 2.6).
"""

from typing import Any

import msgspec

from dvor_connect import errors
from dvor_connect.exchange import Steps
from dvor_connect.people import Tokens, read_text
from dvor_connect.protocols.protocol import LoginAnswer, OAuth


class VkId(OAuth):
    """The device id of the answer goes with every later use of the refresh token, so it is kept among the tokens."""

    def finish(self, answer: LoginAnswer) -> Steps[Tokens]:
        """Turn the code into tokens; the state must come back here too."""
        form = self.token_form(answer)
        device_id = answer.parameters.get("device_id", "")
        form |= {"device_id": device_id, "state": answer.ticket.state}
        body = yield from self.post(self.address("token"), form)
        if body.get("state") not in (None, "", answer.ticket.state):
            raise errors.StateMismatch(self.key)
        return self.read_tokens(body, Tokens(access_token="", device_id=device_id))

    def refresh(self, tokens: Tokens) -> Steps[Tokens]:
        """Return newer tokens; the refresh token is good once."""
        if not tokens.refresh_token:
            raise errors.NotOffered(self.key, "no refresh token came")
        form = {
            "grant_type": "refresh_token",
            "client_id": self.app.id,
            "refresh_token": tokens.refresh_token,
            "device_id": tokens.device_id,
        }
        try:
            body = yield from self.post(self.address("token"), form)
        except errors.CodeInvalid as problem:
            raise errors.TokenExpired(self.key, problem.detail) from None
        return self.read_tokens(body, tokens)

    def read_user(self, tokens: Tokens, user_id: str) -> Steps[dict[str, Any]]:
        """Return the person of the token; VK ID tells of nobody else."""
        if user_id and user_id != tokens.user_id:
            raise errors.NotOffered(self.key, "other people than the token's own")
        form = {"client_id": self.app.id, "access_token": tokens.access_token}
        body = yield from self.post(self.address("profile"), form)
        user = body.get("user")
        if not isinstance(user, dict) or not read_text(user.get("user_id")):
            raise errors.UnexpectedAnswer(self.key, "no user in the answer")
        return user

    def revoke(self, tokens: Tokens) -> Steps[None]:
        """Take back what the person allowed."""
        form = {"client_id": self.app.id, "access_token": tokens.access_token}
        yield from self.post(self.address("revoke"), form)

    def read_tokens(self, body: Any, before: Tokens | None = None) -> Tokens:
        """Read a token answer; the e-mail is not in it, but in `user_info`."""
        return msgspec.structs.replace(super().read_tokens(body, before), email="", phone="")
