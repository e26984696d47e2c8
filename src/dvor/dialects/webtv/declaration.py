"""How an action of the server API is declared: a typed function, its permission, and its variables."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

import msgspec

from dvor.core.courtyard import Courtyard
from dvor.dialects.webtv.errors import ServerApiRefusal
from dvor.methods.conversion import explain
from dvor.methods.declaration import Params, tell_kind
from dvor.methods.http import Asked
from dvor.methods.limits import Limiter
from dvor.model.credentials import SECRETS, Credential, Level
from dvor.model.ids import MAX_USER_ID


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the community, the credential that it is signed with, the identifier `iq`, and the request itself."""

    courtyard: Courtyard
    credential: Credential
    iq: str
    asked: Asked
    now: int
    failures: Limiter
    """Failed log-ins by login: guessing a password is slowed down."""

    @property
    def key_id(self) -> str:
        """The Key ID of the credential."""
        return self.credential.key_id

    @property
    def shows_secrets(self) -> bool:
        """Whether the caller may read session ids and activation keys."""
        return self.credential.allows(SECRETS, "read")

    def read_user_id(self) -> int:
        """Return `iq` as the id of a user; a refusal if it is none."""
        number = self.read_number("invalid_user_id")
        if number > MAX_USER_ID:
            raise ServerApiRefusal("user_not_found")
        return number

    def read_number(self, refusal: str) -> int:
        """Return `iq` as a number above zero; a refusal of the table if it is none."""
        text = self.iq.strip()
        if not (text.isdecimal() and text.isascii() and len(text) <= 15) or int(text) < 1:
            raise ServerApiRefusal(refusal)
        return int(text)

    def read_address(self, given: str) -> str:
        """Return the address of a person, as the other server gives it; its own if it gives none."""
        return given or self.asked.address


class NoVariables(Params):
    """An action without variables of its own."""


ActionFunction = Callable[[Call, Any], Awaitable[dict[str, Any]]]
P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Action:
    """A declared action; `name` is `section.action`, and `permission` what the credential must allow at `level`."""

    name: str
    function: ActionFunction
    params: type[Params]
    permission: str
    level: Level
    iq: str
    summary: str
    description: str
    kinds: Mapping[str, str]

    def convert(self, texts: Mapping[str, str]) -> Params:
        """Return the variables of a call; `InvalidParameter` names the first that does not fit.

        Lists arrive separated by commas; an empty text is a missing value, except for a text.
        """
        values: dict[str, Any] = {}
        for name, kind in self.kinds.items():
            text = texts.get(name)
            if text is None:
                continue
            if kind == "list":
                values[name] = [part for part in map(str.strip, text.split(",")) if part]
            elif kind == "text" or text:
                values[name] = text
        try:
            return msgspec.convert(values, self.params, strict=False)
        except msgspec.ValidationError as error:
            raise explain(error) from error


def action(
    name: str, permission: str, level: Level, *, iq: str = ""
) -> Callable[[Callable[[Call, P], Awaitable[dict[str, Any]]]], Action]:
    """Declare the function below as the action `name` (`section.action`); `iq` says what the identifier is."""

    def declare(function: Callable[[Call, P], Awaitable[dict[str, Any]]]) -> Action:
        params = get_type_hints(function, include_extras=True)["params"]
        kinds = {one.encode_name: tell_kind(one.type) for one in msgspec.inspect.type_info(params).fields}  # type: ignore[attr-defined]
        summary, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        return Action(name, function, params, permission, level, iq, summary, description.strip(), kinds)

    return declare


def collect_actions(*modules: Any) -> dict[str, Action]:
    """Return the actions that the modules declare, by name."""
    found: dict[str, Action] = {}
    for module in modules:
        for one in vars(module).values():
            if isinstance(one, Action):
                assert one.name not in found, f"{one.name} is declared twice"
                found[one.name] = one
    return found
