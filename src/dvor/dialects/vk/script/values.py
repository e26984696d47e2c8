"""The values of scripts and how they turn into each other, after JavaScript's rules where VKScript follows them."""

import math
import re
from typing import Any

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*", re.ASCII)
_LEADING_INTEGER = re.compile(r"\s*([+-]?\d{1,300})", re.ASCII)
_LEADING_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)


MAX_BYTES = 8 * 1024 * 1024
"""Of values that a script holds at one time, and of what a value becomes when it is written out."""
VALUE_BYTES = 16


class ScriptError(Exception):
    """A script did what cannot be done, or more than it may."""


def is_true(value: Any) -> bool:
    """Say whether a value counts as true: lists and objects always do."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value


def to_number(value: Any) -> int | float:
    """Return a value as a number; NaN for what is none."""
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        if not value.strip():
            return 0
        match = _NUMBER.fullmatch(value)
        return _tidy(float(match[1])) if match else math.nan
    if isinstance(value, list) and len(value) <= 1:
        return to_number(value[0]) if value else 0
    return math.nan


def to_text(value: Any) -> str:
    """Return a value as a text."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, list):
        return join_texts(value, ",", Room())
    return "[object Object]" if isinstance(value, dict) else str(value)


class Room:
    """How much may still be written out: a small list that holds another one many times is large when written."""

    def __init__(self) -> None:
        self._left = MAX_BYTES

    def take(self, size: int) -> None:
        """Take so many bytes; `ScriptError` when there are no more."""
        self._left -= size
        if self._left < 0:
            raise ScriptError("too much memory")


def join_texts(values: list[Any], between: str, room: Room) -> str:
    """Return the texts of values as one, lists among them with commas; `ScriptError` when that is too much."""
    room.take((VALUE_BYTES + len(between)) * len(values))
    parts = [
        "" if one is None else join_texts(one, ",", room) if isinstance(one, list) else to_text(one)
        for one in values
    ]
    room.take(sum(map(len, parts)))
    return between.join(parts)


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)


def _tidy(value: float) -> int | float:
    """Return a whole number as an integer."""
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < 2**53 else value


def is_same(one: Any, other: Any) -> bool:
    """Say whether two values are `===`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return one is other if isinstance(one, list | dict) else type(one) is type(other) and one == other


def is_equal(one: Any, other: Any) -> bool:
    """Say whether two values are `==`."""
    if one is None or other is None:
        return one is None and other is None
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, list | dict):
        return one is other if isinstance(other, list | dict) else to_text(one) == to_text(other)
    if isinstance(other, list | dict):
        return to_text(one) == to_text(other)
    return to_number(one) == to_number(other)


def compare(sign: str, one: Any, other: Any) -> bool:
    """Return the outcome of `<`, `>`, `<=` or `>=`."""
    if not (isinstance(one, str) and isinstance(other, str)):
        one, other = to_number(one), to_number(other)
    outcomes = {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}
    return bool(outcomes[sign])


def add(one: Any, other: Any) -> Any:
    """Return `one + other`: lists are joined, texts too, all else are numbers."""
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    if isinstance(one, str | list | dict) or isinstance(other, str | list | dict):
        return to_text(one) + to_text(other)
    return _checked(to_number(one) + to_number(other))


def calculate(sign: str, one: Any, other: Any) -> int | float:
    """Return the outcome of an operator on two numbers; division by zero gives infinity or NaN."""
    left, right = to_number(one), to_number(other)
    if sign in ("&", "|", "^", "<<", ">>"):
        return _bits(sign, left, right)
    if sign == "-":
        return _checked(left - right)
    if sign == "*":
        return _checked(left * right)
    if sign == "/":
        if right == 0:
            return math.nan if left == 0 or left != left else math.copysign(math.inf, left)
        return _tidy(left / right)
    if sign == "%":
        if right == 0 or math.isinf(left):
            return math.nan
        return _tidy(math.fmod(left, right))
    return _power(left, right)


def _power(left: int | float, right: int | float) -> int | float:
    try:
        value = float(left) ** float(right)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(value, complex) else _tidy(value)


def _bits(sign: str, left: int | float, right: int | float) -> int:
    one, other = _int32(left), _int32(right)
    if sign == "<<":
        return _int32(one << (other & 31))
    if sign == ">>":
        return one >> (other & 31)
    return one & other if sign == "&" else one | other if sign == "|" else one ^ other


def _int32(value: int | float) -> int:
    if not math.isfinite(value):
        return 0
    whole = int(value) & 0xFFFFFFFF
    return whole - 2**32 if whole >= 2**31 else whole


def _checked(value: int | float) -> int | float:
    """Keep integers exact up to 64 bits, as VK's ids are; above they become floating numbers."""
    return (
        float(value)
        if isinstance(value, int) and abs(value) >= 2**63
        else _tidy(value)
        if isinstance(value, float)
        else value
    )


def parse_int(value: Any) -> int | float:
    """Return the whole number with which a text begins; NaN if there is none, 0 for null (vk-io's scripts rely on it)."""
    if value is None:
        return 0
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    match = _LEADING_INTEGER.match(to_text(value))
    return int(match[1]) if match else math.nan


def parse_double(value: Any) -> int | float:
    """Return the number with which a text begins; NaN if there is none, 0 for null."""
    if value is None:
        return 0
    match = _LEADING_NUMBER.match(to_text(value))
    return _tidy(float(match[1])) if match else math.nan


def get_member(value: Any, name: Any) -> Any:
    """Return a member of a value; null for what is not there, also of null and false."""
    if isinstance(value, dict):
        return value.get(to_text(name))
    if isinstance(value, list | str):
        if name == "length":
            return len(value)
        place = to_number(name)
        if isinstance(place, int) and 0 <= place < len(value):
            return value[place]
    return None


def to_json(value: Any) -> Any:
    """Return a value as it goes into an answer; NaN and infinity are null.

    `ScriptError` for what holds itself, lies too deep or is too much when written out.
    """
    return _write_out(value, [], Room())


def _write_out(value: Any, around: list[int], room: Room) -> Any:
    room.take(VALUE_BYTES + (len(value) if isinstance(value, str) else 0))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, list | dict):
        return value
    if id(value) in around or len(around) > 100:
        raise ScriptError("a value holds itself, or lies too deep")
    around.append(id(value))
    written: Any
    if isinstance(value, list):
        written = [_write_out(one, around, room) for one in value]
    else:
        room.take(sum(map(len, value)))
        written = {name: _write_out(one, around, room) for name, one in value.items()}
    around.pop()
    return written
