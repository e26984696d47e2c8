"""Apps: what outside sites and programs are known as, and the rules of their addresses."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct, field

from dvor.model.errors import InvalidParameter

MAX_REDIRECT_URIS = 20
MAX_URI_LENGTH = 2000
MAX_APPS_OF_OWNER = 50

VK, VK_IMPLICIT, VK_ID, OPENID, SNGINE = "vk", "vk_implicit", "vkid", "oidc", "sngine"
VK_IFRAME = "vk_iframe"
PROTOCOLS = (VK, VK_ID, OPENID, VK_IMPLICIT, VK_IFRAME, SNGINE)
"""How an app may log people in."""
STRONG_PROTOCOLS = (VK, VK_ID, OPENID)
"""What a new app may do; the rest is weak (a token in an address, a flow without `state`) and switched on by its owner."""
RS256, ES256 = "RS256", "ES256"
SIGNING_ALGORITHMS = (RS256, ES256)
"""How an app may have its identity tokens signed; the first is what every client knows (OpenID Connect Core, 15.1)."""
PLATFORMS = ("website", "standalone", "mini-app")
CATEGORIES = (
    "Business and Pages",
    "Community & Government",
    "Education",
    "Entertainment",
    "Games",
    "Lifestyle",
    "Messaging",
    "News",
    "Shopping",
    "Social Networks & Dating",
    "Utility & Productivity",
)
"""Sngine's own list (its seeded categories; the doubled one stands once)."""

BLANK_PAGES = frozenset({"https://oauth.vk.com/blank.html", "https://oauth.vk.ru/blank.html"})
"""Where programs without a site of their own ask to be sent (documentation: VK, implicit flow)."""

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*"
)
_URI = re.compile(r"[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e%]+")
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(/.*)?")


class NewApp(Struct, frozen=True, kw_only=True):
    """What an owner says of an app; `base_domain` is a host's name alone."""

    title: str
    platform: str = "website"
    website: str = ""
    base_domain: str = ""
    redirect_uris: list[str] = []
    protocols: list[str] = field(default_factory=lambda: list(STRONG_PROTOCOLS))
    description: str = ""
    category: str = CATEGORIES[-1]
    icon: str = ""
    signing_algorithm: str = RS256


class App(Struct, frozen=True, kw_only=True):
    """A stored app.  `secret_key` and `service_token` are encrypted; `confirmed_at` 0 means that no door knows it yet."""

    id: int
    owner_id: int
    title: str
    platform: str
    website: str
    base_domain: str
    redirect_uris: list[str]
    protocols: list[str]
    description: str
    category: str
    icon: str
    signing_algorithm: str
    secret_key: bytes
    service_token: bytes
    confirmed_at: int
    created_at: int

    @property
    def is_public(self) -> bool:
        """Whether the app runs where its users can read its secret, so that it cannot prove who it is."""
        return self.platform == "standalone"


class AppDay(Struct, frozen=True):
    """What happened with an app on one day (days since 1970): log-ins, people who came first, calls of methods."""

    app_id: int
    day: int
    log_ins: int
    new_users: int
    calls: int


def check_app(app: NewApp) -> None:
    """Refuse what cannot be an app: `InvalidParameter` names the field."""
    if not 1 <= len(app.title.strip()) <= 100:
        raise InvalidParameter("title", "1 to 100 characters")
    if app.platform not in PLATFORMS:
        raise InvalidParameter("platform", f"one of {', '.join(PLATFORMS)}")
    if app.platform == "website" and not app.website:
        raise InvalidParameter("website", "the address of the site")
    if app.website:
        check_uri("website", app.website, schemes=("http", "https"))
    if app.base_domain and not _HOST.fullmatch(app.base_domain):
        raise InvalidParameter("base_domain", "a host name such as example.com")
    if len(app.description) > 200:
        raise InvalidParameter("description", "at most 200 characters")
    if app.category not in CATEGORIES:
        raise InvalidParameter("category", "one of the list")
    if unknown := set(app.protocols) - set(PROTOCOLS):
        raise InvalidParameter("protocols", f"there is no {min(unknown)}")
    if app.signing_algorithm not in SIGNING_ALGORITHMS:
        raise InvalidParameter("signing_algorithm", f"one of {', '.join(SIGNING_ALGORITHMS)}")
    if len(app.redirect_uris) > MAX_REDIRECT_URIS:
        raise InvalidParameter("redirect_uris", f"at most {MAX_REDIRECT_URIS}")
    own_schemes = () if app.platform == "standalone" else ("http", "https")
    for uri in app.redirect_uris:
        check_uri("redirect_uris", uri, schemes=own_schemes)


def check_uri(name: str, uri: str, *, schemes: Iterable[str]) -> None:
    """Refuse what is no absolute address without fragment, user and odd characters; no `schemes`: a program's own too."""
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018  # the property raises ValueError for a port that is none
        fits = bool(_URI.fullmatch(uri)) and len(uri) <= MAX_URI_LENGTH and "#" not in uri
        is_web = parts.scheme in ("http", "https")
        fits = fits and (bool(parts.hostname) and "@" not in parts.netloc if is_web else bool(parts.scheme))
        fits = fits and (
            parts.scheme in schemes if schemes else parts.scheme not in ("javascript", "data", "vbscript")
        )
    except ValueError:
        fits = False
    if not fits:
        raise InvalidParameter(name, "an absolute address such as https://example.com/callback, without #")


def accepts_redirect(app: App, uri: str) -> bool:
    """Say whether a redirect address is registered: the same text; a program's loopback port may differ (RFC 8252)."""
    if uri in app.redirect_uris:
        return True
    return (
        app.is_public and _any_port(uri) is not None and _any_port(uri) in map(_any_port, app.redirect_uris)
    )


def _any_port(uri: str) -> tuple[str, str] | None:
    match = _LOOPBACK.fullmatch(uri)
    return (match[1], match[2] or "") if match else None
