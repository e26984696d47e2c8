"""The cases of notifications.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("notifications.get", {"count": "3"}),
        ("notifications.markAsViewed", {}),
    ),
    refused={
        "notifications.get": ("narrow", {}, 7),
        "notifications.markAsViewed": ("narrow", {}, 7),
    },
    wrong={"notifications.get": {"count": 101}},
    untyped=frozenset({"notifications.markAsViewed"}),
)
