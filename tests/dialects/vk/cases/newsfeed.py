"""The cases of newsfeed.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(("newsfeed.get", {"count": "2"}),),
    refused={
        "newsfeed.get": ("narrow", {}, 7),
    },
    wrong={
        "newsfeed.get": {"start_time": "yesterday"},
    },
)
