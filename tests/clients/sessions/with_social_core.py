"""python-social-auth (social-auth-core 7): its backends VKOAuth2, VKIDOAuth2 and VKAppOAuth2, whose hosts are VK's, led to Dvor."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import to_dvor
from facts import BASE_URL, FACTS, USER_ID
from person import APP_ID, CALLBACK, SECRET, allow, open_frame
from social_core.backends.vk import VKAppOAuth2, VKIDOAuth2, VKOAuth2
from social_core.exceptions import AuthResponseError
from social_core.storage import BaseStorage
from social_core.strategy import BaseStrategy

SETTINGS = {
    "SOCIAL_AUTH_VK_OAUTH2_KEY": APP_ID,
    "SOCIAL_AUTH_VK_OAUTH2_SECRET": SECRET,
    "SOCIAL_AUTH_VK_OAUTH2_SCOPE": ["friends", "email"],
    "SOCIAL_AUTH_VK_APP_KEY": str(FACTS["mini_app"]["id"]),
    "SOCIAL_AUTH_VK_APP_SECRET": FACTS["mini_app"]["secret"],
    "SOCIAL_AUTH_VK_APP_USERMODE": 1,
    "SOCIAL_AUTH_VK_ID_KEY": APP_ID,
    "SOCIAL_AUTH_VK_ID_SECRET": SECRET,
    "SOCIAL_AUTH_VK_ID_SCOPE": ["vkid.personal_info", "email"],
}


class Nonces:
    """What was used once; an application keeps it in its database."""

    used: set[tuple[str, int, str]] = set()

    @classmethod
    def use(cls, server_url: str, timestamp: int, salt: str) -> bool:
        """Say whether this is its first use."""
        is_new = (server_url, timestamp, salt) not in cls.used
        cls.used.add((server_url, timestamp, salt))
        return is_new

    @classmethod
    def consume(cls, server_url: str, timestamp: int, salt: str) -> bool:
        """Take it out again."""
        is_known = (server_url, timestamp, salt) in cls.used
        cls.used.discard((server_url, timestamp, salt))
        return is_known


class Storage(BaseStorage):
    """The part of an application's storage that a log-in needs."""

    nonce = Nonces


class Strategy(BaseStrategy):
    """The least that an application gives to a backend: settings, a session, and the request of the browser."""

    def __init__(self) -> None:
        super().__init__(Storage)
        self.session: dict[str, Any] = {}
        self.data: dict[str, str] = {}

    def get_setting(self, name: str) -> Any:
        return SETTINGS[name]

    def request_data(self, merge: bool = True) -> dict[str, str]:
        return self.data

    def request_host(self) -> str:
        return "localhost:3000"

    def request_is_secure(self) -> bool:
        return False

    def build_absolute_uri(self, path: str | None = None) -> str:
        return path or ""

    def redirect(self, url: str) -> str:
        return url

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.session.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.session[name] = value

    def session_pop(self, name: str) -> Any:
        return self.session.pop(name, None)

    def authenticate(self, backend: Any, *args: Any, **options: Any) -> Any:
        return options["response"]


def log_in(kind: type) -> tuple[dict[str, Any], dict[str, Any]]:
    """Go there and back; return what the backend knows of the person, and what it makes of that."""
    strategy = Strategy()
    back = allow(to_dvor.lead(kind(strategy, redirect_uri=CALLBACK).start()))
    assert back.startswith(CALLBACK)
    strategy.data = dict(parse_qsl(urlsplit(back).query))
    backend = kind(strategy, redirect_uri=CALLBACK)
    known = backend.complete()
    return known, backend.get_user_details(known)


known, details = log_in(VKOAuth2)
assert known["id"] == USER_ID, known
assert (details["username"], details["email"], details["first_name"]) == ("anna", "anna@dvor.example", "Анна")
assert known["photo"].startswith(BASE_URL)

known, details = log_in(VKIDOAuth2)
assert str(known["user_id"]) == str(USER_ID), known
assert (details["email"], details["first_name"]) == ("anna@dvor.example", "Анна")

strategy = Strategy()
strategy.data = dict(parse_qsl(urlsplit(open_frame(f"/app{FACTS['mini_app']['id']}")).query))
backend = VKAppOAuth2(strategy)
known = backend.auth_complete()
assert known["id"] == USER_ID, known
assert backend.get_user_details(known)["first_name"] == "Анна"
strategy.data |= {"viewer_id": "1" if USER_ID != 1 else "2"}
try:
    VKAppOAuth2(strategy).auth_complete()
except AuthResponseError as refused:
    assert "signature" in str(refused), refused
else:
    raise AssertionError("a viewer that nobody has signed")
print("all is well")
