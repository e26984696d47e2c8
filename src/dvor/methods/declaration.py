"""How a method is declared: a typed function, from which all else is derived."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Struct

from dvor.core.courtyard import Courtyard
from dvor.core.tokens import ANONYMOUS, Caller
from dvor.model.errors import NotAuthenticated, Refusal
from dvor.model.files import UploadedPicture
from dvor.model.tokens import Scope
from dvor.store.database import Transaction


class Params(Struct):
    """The parameters of a method; a subclass names them, with their types, bounds, defaults and sentences."""


class Call(Struct, frozen=True):
    """One call of a method: the community, an open transaction, the caller and the time.

    `version` is the API version that the client asked for, and `is_versioned` whether it asked at all: in the VK
    dialect that chooses between VK's own shapes and OpenVK's.
    """

    courtyard: Courtyard
    tx: Transaction
    caller: Caller
    now: int
    version: tuple[int, int] = (5, 9999)
    is_versioned: bool = False
    texts: Mapping[str, str] = {}
    """Everything that came with the request, for a method that passes it on."""
    pictures: Mapping[str, UploadedPicture] = {}
    """Pictures that came in the same request, by their fields' names, on disk and not yet photos."""
    inner: "InnerCall | None" = None
    """Calls another method on behalf of this caller; there for a method that composes others."""

    @property
    def user_id(self) -> int:
        """Return the caller's id, 0 for an anonymous one and for a community."""
        return self.caller.user_id

    @property
    def owner_id(self) -> int:
        """Return who acts: the user, or minus the id of the community whose token it is."""
        return self.caller.user_id or -self.caller.group_id

    def require_user(self) -> None:
        """Refuse an anonymous caller."""
        if self.caller is ANONYMOUS:
            raise NotAuthenticated("no access_token passed.")


InnerCall = Callable[[str, Mapping[str, str]], Awaitable[Any]]


class CallRefused(Exception):
    """An inner call was refused, with the dialect's code and text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Beside(Struct, frozen=True):
    """An answer with other members of the body beside it."""

    response: Any
    members: dict[str, Any] = {}


MethodFunction = Callable[[Call, Any], Awaitable[Any]]
P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Method:
    """A declared method.

    `needs_user` refuses who has no token, and `for_groups` lets the tokens of communities in;
    `composes` is for a method that calls others, each in a transaction of its own, and holds none itself.
    `errors` gives the dialect's code of each refusal that this method answers in its own way; `not_yet` are parameters
    of the original that are refused with an honest error as long as they do nothing here.
    `pictures` are the fields of a multipart request in which it takes pictures.
    """

    name: str
    function: MethodFunction
    params: type[Params]
    result: Any
    scope: Scope | None
    needs_user: bool
    for_groups: bool
    writes: bool
    is_repeatable: bool
    composes: bool
    errors: Mapping[type[Refusal], int]
    aliases: tuple[str, ...]
    not_yet: tuple[str, ...]
    pictures: tuple[str, ...]
    summary: str
    description: str
    list_fields: frozenset[str] = field(default=frozenset())
    text_fields: frozenset[str] = field(default=frozenset())


def doc(sentence: str, **bounds: Any) -> Meta:
    """Describe a parameter; `bounds` are those of `msgspec.Meta` (ge, le, max_length …)."""
    return Meta(description=sentence, **bounds)


def method(
    name: str,
    *,
    scope: Scope | None = None,
    needs_user: bool = True,
    for_groups: bool = False,
    writes: bool = False,
    is_repeatable: bool = False,
    composes: bool = False,
    errors: Mapping[type[Refusal], int] | None = None,
    aliases: tuple[str, ...] = (),
    not_yet: tuple[str, ...] = (),
    pictures: tuple[str, ...] = (),
) -> Callable[[Callable[[Call, P], Awaitable[Any]]], Method]:
    """Declare the function below as the method `name` (`section.method`)."""

    def declare(function: Callable[[Call, P], Awaitable[Any]]) -> Method:
        hints = get_type_hints(function, include_extras=True)
        params = hints["params"]
        kinds = {one.name: tell_kind(one.type) for one in msgspec.inspect.type_info(params).fields}  # type: ignore[attr-defined]
        summary, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        return Method(
            name=name,
            function=function,
            params=params,
            result=hints["return"],
            scope=scope,
            needs_user=needs_user,
            for_groups=for_groups,
            writes=writes,
            is_repeatable=is_repeatable,
            composes=composes,
            errors=errors or {},
            aliases=aliases,
            not_yet=not_yet,
            pictures=pictures,
            summary=summary,
            description=description.strip(),
            list_fields=frozenset(name for name, kind in kinds.items() if kind == "list"),
            text_fields=frozenset(name for name, kind in kinds.items() if kind == "text"),
        )

    return declare


def tell_kind(found: msgspec.inspect.Type) -> str:
    """Say how a parameter's text is to be read: as it is, as a comma list, or as a value."""
    if isinstance(found, msgspec.inspect.Metadata):
        return tell_kind(found.type)
    if isinstance(found, msgspec.inspect.UnionType):
        kinds = {tell_kind(one) for one in found.types} - {"none"}
        return kinds.pop() if len(kinds) == 1 else "text"
    if isinstance(found, msgspec.inspect.ListType):
        return "list"
    if isinstance(found, msgspec.inspect.NoneType):
        return "none"
    is_text = isinstance(found, msgspec.inspect.StrType)
    return "text" if is_text else "value"


def collect(*modules: Any) -> dict[str, Method]:
    """Return the methods that the modules declare, by name and alias in lower case."""
    found: dict[str, Method] = {}
    for module in modules:
        for one in vars(module).values():
            if isinstance(one, Method):
                for name in (one.name, *one.aliases):
                    assert name.lower() not in found, f"{name} is declared twice"
                    found[name.lower()] = one
    return found
