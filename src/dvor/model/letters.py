"""Letters: what Dvor sends by e-mail, and the links in them that work once."""

import re

from msgspec import Struct

MAX_ADDRESS_LENGTH = 254
SIGN_UP, PASSWORD, EMAIL = "sign-up", "password", "e-mail"
NAMED_REQUEST, NAMED_ANSWER = "named request", "named answer"
"""No letters go with these: they are the steps by which a program that names itself gets a token."""
LINK_SECONDS = {SIGN_UP: 86400, PASSWORD: 3600, EMAIL: 86400, NAMED_REQUEST: 3600, NAMED_ANSWER: 60}
"""How long a link works, by its purpose."""

_ADDRESS = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


class Letter(Struct, frozen=True):
    """A letter; one to nobody (`to` is empty) is not sent."""

    to: str
    subject: str
    text: str


class Link(Struct, frozen=True):
    """A link by the hash of its secret: what it is for, whose it is (None: nobody's yet), and what it will do."""

    secret_hash: bytes
    purpose: str
    user_id: int | None
    body: dict[str, str]
    expires_at: int


def is_address(text: str) -> bool:
    """Say whether a folded text is an e-mail address that can be written to."""
    return len(text) <= MAX_ADDRESS_LENGTH and ".." not in text and bool(_ADDRESS.fullmatch(text))
