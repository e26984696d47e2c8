"""Networks are data: a TOML file each, with its hosts, addresses, scopes, API version and where each field stands."""

import datetime
import ipaddress
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

StateCarrier = Literal["parameter", "redirect_uri", "ticket"]
_KEY = re.compile(r"[a-z0-9_-]{1,40}")


class Look(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the network's button looks: background and text colours, and one or two letters as a mark."""

    background: str
    color: str = "#ffffff"
    mark: str


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A network's settings.

    `protocol` names the code that speaks to it.  Addresses may hold `{site}` and the names of `hosts`.
    `state` tells how our state travels: as OAuth's parameter, inside the redirect address, or not at all (then only the
    browser's own ticket tells that it began a log-in; a state that comes back all the same is checked).
    `pkce`: S256, or S256-padded for a server that compares with padding.  `user_info` (the fields of its table) and `person` map a
    name to a path in the network's answer (`a.b`, or `a | b` for the first that is there), or to a template with
    `{…}` in it.  `words` turn texts into the numbers of a field, `prefixes` complete relative addresses, `blank` lists
    what stands for nothing.  `vouches_for_email`: every e-mail it gives is confirmed.
    """

    key: str
    title: str
    protocol: str
    hosts: dict[str, str]
    authorize: str = ""
    token: str = ""
    profile: str = ""
    revoke: str = ""
    issuer: str = ""
    scopes: list[str] = []
    scope_separator: str = " "
    state: StateCarrier = "parameter"
    pkce: Literal["", "S256", "S256-padded"] = ""
    api_version: str = ""
    parameters: dict[str, str] = {}
    login_parameters: dict[str, str] = {}
    signature: Literal["", "hmac-sha256", "md5"] = ""
    token_lifetime: int = 0
    has_password_login: bool = False
    vouches_for_email: bool = False
    allow_http: bool = False
    blank: list[Any] = msgspec.field(default_factory=lambda: [""])
    words: dict[str, dict[str, int]] = {}
    prefixes: dict[str, str] = {}
    user_info: dict[str, str] = {}
    person: dict[str, str] = {}
    look: Look
    notes: str = ""
    sources: list[str] = []
    checked: datetime.date | None = None

    def fill(self, template: str) -> str:
        """Return an address with the network's hosts in it."""
        for name, host in self.hosts.items():
            template = template.replace(f"{{{name}}}", host)
        return template


class UnknownNetwork(ValueError):
    """There is no such network, or its settings cannot be."""


@cache
def known_networks() -> tuple[str, ...]:
    """Return the keys of the networks that come with the library."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(one.name.removesuffix(".toml") for one in files if one.name.endswith(".toml")))


@cache
def read_known(key: str) -> Network:
    """Return a known network as its file describes it, perhaps without the address of a site."""
    if key not in known_networks():
        raise UnknownNetwork(f"there is no network {key!r}: {', '.join(known_networks())}")
    text = (resources.files(__name__) / f"{key}.toml").read_bytes()
    return msgspec.toml.decode(text, type=Network)


def network(known: str, /, site: str = "", **changes: Any) -> Network:
    """Return a known network, with settings changed where yours differ; a site of several issuers gives each a `key` of its own.

    `site` is the address of an instance (of OpenVK, Sngine, WS.WebTV, Dvor, Smithereen, or an issuer); for a network of several
    hosts it stands for all of them.  `UnknownNetwork` for a key, an address or a setting that cannot be.
    """
    kept = read_known(known)
    if site:
        if "://" not in site:
            raise UnknownNetwork(f"{known}: {site!r} is no address such as https://example.org")
        changes = {"hosts": dict.fromkeys(kept.hosts, site.rstrip("/")), **changes}
    return _check(_change(kept, changes))


def read_network(path: str | Path) -> Network:
    """Return a network of your own, from a TOML file of the same shape."""
    return _check(msgspec.toml.decode(Path(path).read_bytes(), type=Network))


def _change(kept: Network, changes: dict[str, Any]) -> Network:
    if unknown := changes.keys() - set(Network.__struct_fields__):
        raise UnknownNetwork(f"{kept.key}: there is no setting {min(unknown)}")
    values = {**msgspec.structs.asdict(kept), **changes}
    values = {name: msgspec.to_builtins(value) for name, value in values.items()}
    try:
        return msgspec.convert(values, Network)
    except msgspec.ValidationError as problem:
        raise UnknownNetwork(f"{kept.key}: {problem}") from None


def _check(network: Network) -> Network:
    """Refuse addresses over which secrets would travel in the clear, and a key that does not fit into addresses."""
    if not _KEY.fullmatch(network.key):
        raise UnknownNetwork(f"{network.key!r}: a network's key is of small letters, digits, - and _")
    for host in network.hosts.values():
        parts = urlsplit(host)
        if not parts.hostname:
            raise UnknownNetwork(
                f"{network.key} needs the address of a site: network({network.key!r}, site=…)"
            )
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and (network.allow_http or is_loopback(parts.hostname))
        )
        if not is_safe:
            raise UnknownNetwork(f"{network.key}: {host} is not https (allow_http=True if you must)")
    return network


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
