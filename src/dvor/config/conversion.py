"""From what an administrator wrote to the type of a setting, and that type in words."""

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from dvor.config.settings import Network

ENVIRONMENT_PREFIX = "DVOR_"

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


class Setting(msgspec.Struct, frozen=True):
    """A field of Settings taken apart; `kind` is its type without None and without its bounds."""

    name: str
    kind: Any
    optional: bool
    meta: Meta
    default: object

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def environment(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def take_apart(field: msgspec.structs.FieldInfo) -> Setting:
    annotated, meta = get_args(field.type)
    optional = get_origin(annotated) in (Union, UnionType) and type(None) in get_args(annotated)
    kind = next(part for part in get_args(annotated) if part is not type(None)) if optional else annotated
    return Setting(field.name, kind, optional, meta, field.default)


class Value(msgspec.Struct, frozen=True):
    """A value as found; `source` is what the administrator wrote, `text` says that every type is a string."""

    name: str
    source: str
    raw: object
    text: bool


def convert(setting: Setting, value: Value) -> object:
    """Converts a value to the setting's type; raises ValueError with words that never repeat the value.

    The values of some settings are secrets, and an error ends in a log.
    """
    raw = value.raw
    if setting.kind is Path:
        return _to_path(raw)
    if get_origin(setting.kind) is tuple:
        to_item: Callable[[object], object] = _to_network if setting.name == "trusted_proxies" else _to_word
        return tuple(to_item(item) for item in _to_list(raw, value.text))
    if value.text:
        raw = _from_text(setting.kind, str(raw))
    try:
        converted: object = msgspec.convert(raw, Annotated[setting.kind, setting.meta])
    except msgspec.ValidationError:
        raise ValueError(f"expected {type_in_words(setting)}") from None
    if setting.name == "public_url":
        return _to_public_url(str(converted))
    if setting.name in ("database", "listen_database"):
        return _to_database_url(str(converted))
    return converted


def _from_text(kind: object, text: str) -> object:
    """Reads a flag or a variable; text that does not fit is handed on as it is, to be refused later."""
    if kind is bool:
        word = text.lower()
        return word in _YES if word in _YES | _NO else text
    if kind is int and re.fullmatch(r"-?[0-9]{1,19}", text):
        return int(text)
    return text


def _to_path(raw: object) -> Path:
    if not isinstance(raw, str | Path) or str(raw) == "" or "\0" in str(raw):
        raise ValueError("expected a path")
    return Path(raw).expanduser()


def _to_list(raw: object, text: bool) -> Sequence[object]:
    if text:
        return [word.strip() for word in str(raw).split(",") if word.strip()]
    if isinstance(raw, list | tuple):
        return raw
    raise ValueError("expected a list")


def _to_network(raw: object) -> Network:
    if isinstance(raw, IPv4Network | IPv6Network):
        return raw
    try:
        # ip_network would take a bare number for an address.
        return ip_network(str(_to_word(raw)))
    except ValueError:
        raise ValueError("expected networks such as 10.0.0.0/8, with no bits set behind the mask") from None


def _to_word(raw: object) -> str:
    if not isinstance(raw, str) or not raw or any(character.isspace() for character in raw):
        raise ValueError("expected a list of words")
    return raw


def _to_public_url(url: str) -> str:
    """Drops the slash at the end, so that paths can be appended."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # the property raises ValueError for a port that is none
        fits = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        fits = fits and not parts.query and not parts.fragment and not re.search(r"[\s\\?#]", url)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("expected an address such as https://social.example, without query or fragment")
    return url.rstrip("/")


def _to_database_url(url: str) -> str:
    try:
        fits = urlsplit(url).scheme in ("postgresql", "postgres")
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("expected an address such as postgresql://user@host/name")
    return url


def type_in_words(setting: Setting) -> str:
    meta = setting.meta
    if get_origin(setting.kind) is Literal:
        return " or ".join(get_args(setting.kind))
    if get_origin(setting.kind) is tuple:
        return "list of networks" if setting.name == "trusted_proxies" else "list of names"
    if setting.kind is int:
        return f"whole number from {meta.ge} to {meta.le}"
    if setting.kind is bool:
        return "true or false"
    return "path" if setting.kind is Path else "text"


def default_in_words(default: object) -> str:
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
