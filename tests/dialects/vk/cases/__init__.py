"""The cases that every method must have, a file per section: a recorded success, a refusal, a wrong type.

`load_cases` reads all files; the tests of this folder's parent and `python -m tests.recorded.exchanges` use them.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

Parameter = str | Callable[[dict[str, Any]], str]
"""A value, or a function that finds it in the answers so far, by method."""


class Cases(Struct, frozen=True):
    """The cases of one section."""

    recorded: tuple[tuple[str, dict[str, Parameter]], ...]
    """Anna's calls, in the order in which they are made in a community of its own; of several calls of one method
    the last is recorded, and that must be a success with something in it.  What the calls need may be called in other
    sections; those have their own records."""
    refused: dict[str, tuple[str, dict[str, Any], int]] = {}
    """Method → who asks (`narrow` has a token without scopes, an empty name none), the parameters, the error's code."""
    open_to_all: frozenset[str] = frozenset()
    """Methods that refuse nobody."""
    wrong: dict[str, dict[str, Any]] = {}
    """Method → parameters of which one has a wrong type or value (error 100)."""
    untyped: frozenset[str] = frozenset()
    """Methods that take nothing, or nothing but words that are ignored when unknown."""


def load_cases() -> dict[str, Cases]:
    """Return the cases of every section by its name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        found[path.stem] = import_module(f"{__name__}.{path.stem}").CASES
    return found
