"""From a network's answer to the plugin's flat table and to one profile that is the same for all networks."""

import re
import string
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from dvor_connect.networks import Network

Kind = Literal["text", "number", "yes-no"]
Value = str | int | float | bool | None
_FORMATTER = string.Formatter()
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
SEXES = {1: "female", 2: "male"}
_YES, _NO = {"1", "true", "yes"}, {"0", "false", "no"}


class TableField(Struct, frozen=True):
    """One row of the plugin's table."""

    name: str
    type: Kind
    description: str


class _Table(Struct):
    field: list[TableField]


@cache
def user_info_fields() -> tuple[TableField, ...]:
    """Return the fields of `Get User info`, in the plugin's order."""
    text = (resources.files("dvor_connect") / "fields.toml").read_bytes()
    return tuple(msgspec.toml.decode(text, type=_Table).field)


class Tokens(Struct, frozen=True, kw_only=True):
    """What a log-in gives a site to keep.

    `expires_at` is in Unix seconds, None for a token without end.  Some networks give the person's id, e-mail and telephone only here.
    """

    access_token: str
    refresh_token: str = ""
    expires_at: int | None = None
    user_id: str = ""
    email: str = ""
    phone: str = ""
    scope: str = ""
    id_token: str = ""
    device_id: str = ""
    claims: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Tokens(user_id={self.user_id!r}, expires_at={self.expires_at})"


class Profile(Struct, frozen=True, kw_only=True):
    """A person, in the same words for all networks.

    `birth_date` is YYYY-MM-DD, or --MM-DD without a year; `is_email_verified` is None where the network does not say.
    """

    network: str
    id: str
    name: str
    first_name: str
    last_name: str
    screen_name: str | None = None
    email: str | None = None
    is_email_verified: bool | None = None
    phone: str | None = None
    sex: Literal["female", "male"] | None = None
    birth_date: str | None = None
    picture: str | None = None
    city: str | None = None
    country: str | None = None
    page: str | None = None


class UserInfo(Struct, frozen=True, kw_only=True):
    """One person: `data` is the plugin's flat table with every field, `raw` what the network answered, `profile` the common words."""

    data: dict[str, Value]
    profile: Profile
    raw: dict[str, Any]

    @property
    def id(self) -> str:
        """The person's id at the network."""
        return self.profile.id


def draw_user_info(network: Network, raw: Mapping[str, Any], tokens: Tokens | None = None) -> UserInfo:
    """Map an answer; the e-mail and telephone that came with the token stand in where the answer has none."""
    reader = _Reader(network, raw)
    data: dict[str, Value] = {}
    for one in user_info_fields():
        path = network.user_info.get(one.name, "")
        data[one.name] = _READ[one.type](reader.find(one.name, path)) if path else None
    return UserInfo(data=data, profile=_draw_profile(network, reader, data, tokens), raw=dict(raw))


def _draw_profile(
    network: Network, reader: "_Reader", data: Mapping[str, Value], tokens: Tokens | None
) -> Profile:
    person = {name: reader.find(name, path) for name, path in network.person.items()}
    email = read_text(person.get("email")) or (tokens.email if tokens else "") or None
    said = read_yes_no(person.get("is_email_verified"))
    is_verified = True if network.vouches_for_email else said
    first, last = str(data["first_name"] or ""), str(data["last_name"] or "")
    return Profile(
        network=network.key,
        id=str(data["id"] or ""),
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        screen_name=read_text(data["screen_name"]),
        email=email,
        is_email_verified=is_verified if email else None,
        phone=read_text(person.get("phone")) or (tokens.phone if tokens else "") or None,
        sex=SEXES.get(data["sex"]),  # type: ignore[arg-type]
        birth_date=read_birth_date(person.get("birth_date")),
        picture=read_text(person.get("picture")),
        city=read_text(data["city.title"]),
        country=read_text(data["country.title"]),
        page=read_text(person.get("page")),
    )


class _Reader:
    """Finds values in one answer of a network."""

    def __init__(self, network: Network, raw: Mapping[str, Any]) -> None:
        self._network, self._raw = network, raw

    def find(self, name: str, path: str) -> Any:
        """Return the value of a field, or None."""
        if "{" in path:
            return self._fill(path)
        value = next((one for one in map(self._walk, path.split("|")) if one is not None), None)
        if isinstance(value, str):
            words = self._network.words.get(name)
            if words is not None and not value.isdecimal():
                return words.get(value.casefold())
            prefix = self._network.prefixes.get(name)
            if prefix and "://" not in value:
                return self._network.fill(prefix) + (value.lstrip("/") if prefix.endswith("/") else value)
        return value

    def _walk(self, path: str) -> Any:
        value: Any = self._raw
        for part in path.strip().split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return None if _is_in(value, self._network.blank) else value

    def _fill(self, template: str) -> str | None:
        names = [name for _, name, _, _ in _FORMATTER.parse(template) if name]
        values = {name: self._network.hosts.get(name) or read_text(self._walk(name)) for name in names}
        return None if None in values.values() else template.format(**values)


def _is_in(value: Any, blanks: list[Any]) -> bool:
    return any(type(one) is type(value) and one == value for one in blanks)


def read_text(value: Any) -> str | None:
    """Return a text or a number as text; anything else is None, and so is an empty text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def read_number(value: Any) -> int | float | None:
    """Return a number, a text of digits, or a yes or no, as a number."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) < 20:
        try:
            number = float(value)
        except ValueError:
            return None
        if number == number and abs(number) < 1e18:  # neither nan nor infinite
            return int(value) if value.lstrip("-").isdecimal() else number
    return None


def read_yes_no(value: Any) -> bool | None:
    """Return true, 1, "1" and "true" as yes, their opposites as no, anything else as None."""
    if isinstance(value, bool):
        return value
    text = str(value).casefold() if isinstance(value, str | int) else ""
    return True if text in _YES else False if text in _NO else None


def read_birth_date(value: Any) -> str | None:
    """Return D.M.YYYY, D.M, YYYY-MM-DD and 0000-MM-DD as YYYY-MM-DD, or as --MM-DD without a year; None for what is no day."""
    if not isinstance(value, str):
        return None
    if match := _DAY_FIRST.fullmatch(value):
        day, month, year = match[1], match[2], match[3] or "0000"
    elif match := _YEAR_FIRST.fullmatch(value):
        year, month, day = match[1], match[2], match[3]
    else:
        return None
    try:
        found = date(int(year) or 2000, int(month), int(day))  # 2000 is a leap year
    except ValueError:
        return None
    return found.isoformat() if int(year) else f"--{found:%m-%d}"


_READ = {"text": read_text, "number": read_number, "yes-no": read_yes_no}
