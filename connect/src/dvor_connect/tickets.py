"""Tickets: what a site gives the browser to keep while the person is away at the network.

A ticket is signed and names the network and the time; state, nonce and PKCE verifier are derived from it with the site's
key, so that neither the site's server nor the browser has to keep them, and no browser learns the verifier.
"""

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

from dvor_connect.errors import LoginExpired, StateMismatch

LIFETIME = 900
"""Seconds from the click to the return."""


class Ticket(NamedTuple):
    """A log-in that was begun: `text` is for the browser, the rest is for the network."""

    text: str
    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """RFC 7636's S256 challenge of the verifier, without padding."""
        return encode(hashlib.sha256(self.verifier.encode()).digest())


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class TicketOffice:
    """Writes and reads tickets with one secret key of the site."""

    def __init__(self, key: str | bytes) -> None:
        key = key.encode() if isinstance(key, str) else key
        if len(key) < 16:
            raise ValueError("the site's key needs at least 16 random characters")
        self._key = hashlib.sha256(b"dvor-connect ticket\0" + key).digest()

    def _derive(self, purpose: str, text: str) -> str:
        return encode(hmac.digest(self._key, f"{purpose}\0{text}".encode(), "sha256"))

    def write(self, network: str, now: int) -> Ticket:
        """Begin a log-in."""
        body = f"{network}.{now}.{secrets.token_urlsafe(18)}"
        return self._complete(f"{body}.{self._derive('signature', body)}")

    def _complete(self, text: str) -> Ticket:
        return Ticket(text, *(self._derive(purpose, text) for purpose in ("state", "nonce", "verifier")))

    def read(self, network: str, text: str, now: int) -> Ticket:
        """Return the log-in that a ticket stands for; `StateMismatch` for a false one, `LoginExpired` for an old one."""
        body, _, signature = text.rpartition(".")
        parts = body.split(".")
        is_ours = text.isascii() and hmac.compare_digest(signature, self._derive("signature", body))
        if not is_ours or len(parts) != 3 or parts[0] != network:
            raise StateMismatch(network)
        if not 0 <= now - int(parts[1]) <= LIFETIME:
            raise LoginExpired(network)
        return self._complete(text)
