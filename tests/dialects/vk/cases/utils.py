"""The cases of utils.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(("utils.getServerTime", {}),),
    open_to_all=frozenset({"utils.getServerTime"}),
    untyped=frozenset({"utils.getServerTime"}),
)
