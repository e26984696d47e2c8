"""What a script becomes: a tree of plain tuples, whose first part names the kind of the node."""

from typing import Any

MAX_DEPTH = 200
"""How deep expressions and blocks may lie in each other."""

Node = tuple[Any, ...]


class CompileError(Exception):
    """The text is no script; says where and why."""


def check_depth(tree: Node) -> None:
    """Refuse what lies too deep: `CompileError`."""
    waiting: list[tuple[Any, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise CompileError(f"nested deeper than {MAX_DEPTH}")
        waiting.extend((inner, depth + 1) for inner in node if isinstance(inner, tuple))
