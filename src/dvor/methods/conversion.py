"""From the wire's texts to a method's typed parameters."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from dvor.methods.declaration import Method, Params
from dvor.model.errors import InvalidParameter, NotImplementedYet

NOTHING = frozenset({"", "0", "-1"})
"""Texts that clients send for "not given"."""

_MISSING = re.compile(r"missing required field `(?P<name>[^`]+)`")
_PLACE = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.(?P<name>\w+)(?P<inner>[^`]*)`)?$", re.DOTALL)


def convert(method: Method, texts: Mapping[str, str]) -> Params:
    """Return the parameters of a call; `InvalidParameter` names the first that does not fit.

    Lists arrive separated by commas; an empty text is a missing value, except for a text; what the method does not
    know is ignored; what it knows and cannot do yet is `NotImplementedYet`.
    """
    values: dict[str, Any] = {}
    for name in method.params.__struct_fields__:
        text = texts.get(name)
        if text is None:
            continue
        if name in method.text_fields:
            values[name] = text
        elif name in method.list_fields:
            values[name] = [part for part in map(str.strip, text.split(",")) if part]
        elif text:
            values[name] = text
    for name in method.not_yet:
        if texts.get(name, "") not in NOTHING:
            raise NotImplementedYet(f"the parameter {name} of {method.name}")
    try:
        return msgspec.convert(values, method.params, strict=False)
    except msgspec.ValidationError as error:
        raise explain(error) from error


def explain(error: msgspec.ValidationError) -> InvalidParameter:
    """Return the refusal that names the parameter at fault."""
    message = str(error)
    if missing := _MISSING.search(message):
        return InvalidParameter(missing["name"])
    place = _PLACE.match(message)
    assert place is not None
    reason = place["reason"].replace("`", "")
    return InvalidParameter(place["name"] or "parameters", reason[:1].lower() + reason[1:])
