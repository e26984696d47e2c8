"""The cases of stats.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(("stats.trackVisitor", {}),),
    refused={"stats.trackVisitor": ("", {}, 5)},
    untyped=frozenset({"stats.trackVisitor"}),
)
