"""The cases of utils.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(("utils.getServerTime", {}), ("utils.resolveScreenName", {"screen_name": "garden"})),
    open_to_all=frozenset({"utils.getServerTime", "utils.resolveScreenName"}),
    wrong={"utils.resolveScreenName": {"screen_name": ""}},
    untyped=frozenset({"utils.getServerTime"}),
)
