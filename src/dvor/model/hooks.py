"""Hooks: addresses of other servers that are told what happens to users."""

from typing import Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from dvor.model.errors import InvalidParameter

HookEvent = Literal["registration", "status_change", "change", "delete"]
HOOK_EVENTS: tuple[HookEvent, ...] = get_args(HookEvent)
MAX_URL_LENGTH = 500
MAX_HOOKS = 10
"""Of one event and credential."""


class Hook(Struct, frozen=True):
    """An address that is told of an event, in calls that are signed with a credential."""

    key_id: str
    event: HookEvent
    url: str


class HookedUser(Struct, frozen=True, kw_only=True):
    """What is told of a user, as it was when the thing happened; `original_post` is how he was registered."""

    id: int
    login: str
    alias: str
    email: str
    name: str
    surname: str
    status: int
    ip: str
    useragent: str
    access_level: int
    id_privilege_set: int
    company: str
    source: str
    original_post: dict[str, str] = {}


class HookCall(Struct, frozen=True):
    """A call that has to be made: the body of its job."""

    key_id: str
    event: HookEvent
    url: str
    user: HookedUser


def check_hooks(hooks: dict[HookEvent, list[str]]) -> None:
    """Refuse what are no addresses, or too many: `InvalidParameter`."""
    for event, urls in hooks.items():
        if event not in HOOK_EVENTS:
            raise InvalidParameter("hooks", f"there is no event {event}")
        if len(urls) > MAX_HOOKS:
            raise InvalidParameter(event, f"at most {MAX_HOOKS} addresses")
        for url in urls:
            if not _is_address(url):
                raise InvalidParameter(event, "is no address that begins with http:// or https://")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        is_web and len(url) <= MAX_URL_LENGTH and url.isprintable() and " " not in url and not parts.username
    )
