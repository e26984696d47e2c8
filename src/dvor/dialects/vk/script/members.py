"""The functions that lists and texts have in scripts."""

from collections.abc import Callable
from typing import Any

from dvor.dialects.vk.script.values import Room, ScriptError, is_same, join_texts, to_number, to_text


def _index(value: Any, otherwise: int) -> int:
    number = to_number(value) if value is not None else otherwise
    if number != number:
        return 0
    return int(max(-(2**31), min(number, 2**31)))


def _argument(arguments: list[Any], place: int) -> Any:
    return arguments[place] if place < len(arguments) else None


def push(value: list[Any], arguments: list[Any]) -> int:
    """Append, and return the new length."""
    value.extend(arguments)
    return len(value)


def unshift(value: list[Any], arguments: list[Any]) -> int:
    """Put at the front, and return the new length."""
    value[:0] = arguments
    return len(value)


def splice(value: list[Any], arguments: list[Any]) -> list[Any]:
    """Cut a part out, put the rest of the arguments in its place, and return it."""
    start = _index(_argument(arguments, 0), 0)
    start = max(len(value) + start, 0) if start < 0 else min(start, len(value))
    count = max(_index(_argument(arguments, 1), len(value)), 0)
    cut = value[start : start + count]
    value[start : start + count] = arguments[2:]
    return cut


def slice_(value: Any, arguments: list[Any]) -> Any:
    """Return a part of a list or a text, from a place up to (without) another; below zero counts from the end."""
    return value[_index(_argument(arguments, 0), 0) : _index(_argument(arguments, 1), len(value))]


def index_of(value: Any, arguments: list[Any]) -> int:
    """Return where something is first found, -1 for nowhere."""
    wanted = _argument(arguments, 0)
    if isinstance(value, str):
        return value.find(to_text(wanted))
    return next((place for place, one in enumerate(value) if is_same(one, wanted)), -1)


def sort(value: list[Any], _arguments: list[Any]) -> list[Any]:
    """Order a list in place: numbers by size, anything else by its text."""
    if all(isinstance(one, int | float) for one in value):
        value.sort()
    else:
        value.sort(key=to_text)
    return value


def join(value: list[Any], arguments: list[Any]) -> str:
    """Return the elements as one text."""
    between = to_text(arguments[0]) if arguments else ","
    return join_texts(value, between, Room())


def split(value: str, arguments: list[Any]) -> list[str]:
    """Return the parts of a text."""
    if not arguments:
        return [value]
    between = to_text(arguments[0])
    return value.split(between) if between else list(value)


def substr(value: str, arguments: list[Any]) -> str:
    """Return so many characters from a place on."""
    start = _index(_argument(arguments, 0), 0)
    start = max(len(value) + start, 0) if start < 0 else start
    return value[start : start + max(_index(_argument(arguments, 1), len(value)), 0)]


def substring(value: str, arguments: list[Any]) -> str:
    """Return what stands between two places, whichever is first."""
    one = max(_index(_argument(arguments, 0), 0), 0)
    other = max(_index(_argument(arguments, 1), len(value)), 0)
    return value[min(one, other) : max(one, other)]


Function = Callable[[Any, list[Any]], Any]
OF_LISTS: dict[str, Function] = {
    "push": push,
    "pop": lambda value, _: value.pop() if value else None,
    "shift": lambda value, _: value.pop(0) if value else None,
    "unshift": unshift,
    "slice": slice_,
    "splice": splice,
    "indexOf": index_of,
    "sort": sort,
    "join": join,
    "concat": lambda value, arguments: (
        value + [one for part in arguments for one in (part if isinstance(part, list) else [part])]
    ),
    "reverse": lambda value, _: value.reverse() or value,
    "toString": lambda value, _: to_text(value),
}
OF_TEXTS: dict[str, Function] = {
    "slice": slice_,
    "indexOf": index_of,
    "split": split,
    "substr": substr,
    "substring": substring,
    "toLowerCase": lambda value, _: value.lower(),
    "toUpperCase": lambda value, _: value.upper(),
    "trim": lambda value, _: value.strip(),
    "toString": lambda value, _: value,
}


def call_member(value: Any, name: str, arguments: list[Any]) -> Any:
    """Call a function that a value has; `ScriptError` if it has none of this name."""
    if isinstance(value, list):
        function = OF_LISTS.get(name)
    elif isinstance(value, str):
        function = OF_TEXTS.get(name)
    else:
        function = (lambda one, _: to_text(one)) if name == "toString" else None
    if function is None:
        raise ScriptError(f"there is no function {name[:64]} here")
    return function(value, arguments)
