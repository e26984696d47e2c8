"""Reading a script: from its text to a tree of plain tuples, whose first part names the kind of the node."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, Tree
from lark.exceptions import LarkError, UnexpectedInput

from dvor.dialects.vk.script.tree import CompileError, Node, check_depth

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))")


class _Build(Transformer[Token, Node]):
    """Makes nodes of what the grammar has found: tuples of the rule's name and what it holds."""

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        if str(data).startswith("_"):  # a repetition, which lark unfolds itself
            return Tree(data, children, meta)
        return (str(data), *(str(one) if isinstance(one, Token) else one for one in children))

    def number(self, children: list[Any]) -> Node:
        return ("constant", read_number(str(children[0])))

    def text(self, children: list[Any]) -> Node:
        return ("constant", read_string(str(children[0])))

    def true(self, _children: list[Any]) -> Node:
        return ("constant", True)

    def false(self, _children: list[Any]) -> Node:
        return ("constant", False)

    def null(self, _children: list[Any]) -> Node:
        return ("constant", None)

    def pair(self, children: list[Any]) -> Node:
        key = children[0]
        if isinstance(key, Token):
            key = read_string(str(key)) if key.type == "STRING" else str(key)
        return (key, children[1])


def read_number(text: str) -> int | float:
    """Return a number as JavaScript reads it."""
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    if text.isdecimal():
        return int(text) if len(text) < 20 else float(text)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def read_string(text: str) -> str:
    """Return what stands between the quotes, escapes resolved."""
    if "\\" not in text:
        return text[1:-1]
    read = _ESCAPE.sub(
        lambda found: (
            chr(int(found[1] or found[2], 16)) if found[1] or found[2] else _ESCAPES.get(found[3], found[3])
        ),
        text[1:-1],
    )
    # Python's json writes an emoji as two escapes, the halves of one character; a half alone is none
    return read.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@lru_cache(1)
def _parser() -> Lark:
    grammar = (files("dvor.dialects.vk.script") / "grammar.lark").read_text()
    return Lark(grammar, parser="lalr", transformer=_Build(), maybe_placeholders=False)


def parse(text: str) -> Node:
    """Return the tree of a script; `CompileError`."""
    try:
        tree: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise CompileError(f"unexpected input in line {error.line}, column {error.column}") from error
    except (LarkError, ValueError, OverflowError) as error:
        raise CompileError(str(error)[:200]) from error
    check_depth(tree)
    return tree  # type: ignore[no-any-return]
