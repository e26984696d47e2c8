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
FEMALE, MALE = 1, 2
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


class InfoReader:
    """Maps one network's answers; where each field stands is worked out once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._fields = [
            (one.name, _READ[one.type], self._plan(one.name, network.user_info.get(one.name, "")))
            for one in user_info_fields()
        ]
        self._person = {name: self._plan(name, path) for name, path in network.person.items()}
        self._blank = frozenset((type(one), one) for one in network.blank)

    def _plan(self, name: str, path: str) -> "_Place":
        prefix = self._network.prefixes.get(name, "")
        return _Place(
            template=path if "{" in path else "",
            paths=tuple(tuple(one.strip().split(".")) for one in path.split("|")) if path else (),
            words=self._network.words.get(name),
            prefix=self._network.fill(prefix),
        )

    def read(self, raw: Mapping[str, Any], tokens: Tokens | None = None) -> UserInfo:
        """Map an answer; the e-mail and telephone that came with the token stand in where the answer has none."""
        data: dict[str, Value] = {
            name: read(self._find(raw, place)) if place.paths else None for name, read, place in self._fields
        }
        profile = self._draw_profile(raw, data, tokens)
        return UserInfo(data=data, profile=profile, raw=dict(raw))

    def _draw_profile(
        self, raw: Mapping[str, Any], data: Mapping[str, Value], tokens: Tokens | None
    ) -> Profile:
        person = {name: self._find(raw, place) for name, place in self._person.items()}
        email = read_text(person.get("email")) or (tokens.email if tokens else "") or None
        said = read_yes_no(person.get("is_email_verified"))
        is_verified = True if self._network.vouches_for_email else said
        first, last = str(data["first_name"] or ""), str(data["last_name"] or "")
        sex = data["sex"]
        return Profile(
            network=self._network.key,
            id=str(data["id"] or ""),
            name=f"{first} {last}".strip(),
            first_name=first,
            last_name=last,
            screen_name=read_text(data["screen_name"]),
            email=email,
            is_email_verified=is_verified if email else None,
            phone=read_text(person.get("phone")) or (tokens.phone if tokens else "") or None,
            sex="female" if sex == FEMALE else "male" if sex == MALE else None,
            birth_date=read_birth_date(person.get("birth_date")),
            picture=read_text(person.get("picture")),
            city=read_text(data["city.title"]),
            country=read_text(data["country.title"]),
            page=read_text(person.get("page")),
        )

    def _find(self, raw: Mapping[str, Any], place: "_Place") -> Any:
        """Return the value that stands at a place, or None."""
        if place.template:
            return self._fill(raw, place.template)
        for path in place.paths:
            value = self._walk(raw, path)
            if value is not None:
                return _complete(value, place) if isinstance(value, str) else value
        return None

    def _walk(self, raw: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        value: Any = raw
        for part in path:
            value = value.get(part) if isinstance(value, Mapping) else None
        is_blank = isinstance(value, str | int) and (type(value), value) in self._blank
        return None if is_blank else value

    def _fill(self, raw: Mapping[str, Any], template: str) -> str | None:
        names = [name for _, name, _, _ in _FORMATTER.parse(template) if name]
        hosts = self._network.hosts
        values = {name: hosts.get(name) or read_text(self._walk(raw, (name,))) for name in names}
        return None if None in values.values() else template.format(**values)


class _Place(Struct, frozen=True):
    """Where a field stands in an answer: a template, or paths of which the first that is there counts."""

    template: str
    paths: tuple[tuple[str, ...], ...]
    words: dict[str, int] | None
    prefix: str


def _complete(value: str, place: _Place) -> Any:
    """Turn a word into its number, and a relative address into a whole one."""
    if place.words is not None and not value.isdecimal():
        return place.words.get(value.casefold())
    if place.prefix and "://" not in value:
        return place.prefix + (value.lstrip("/") if place.prefix.endswith("/") else value)
    return value


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
