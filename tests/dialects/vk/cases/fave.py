"""The cases of fave.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("fave.addPost", {"owner_id": "2", "id": "1"}),
        ("fave.addPage", {"user_id": "3"}),
        ("fave.addPage", {"group_id": "1"}),
        ("fave.addLink", {"link": "https://dvor.example/tulips"}),
        ("fave.get", {"item_type": "post", "extended": "1"}),
        ("fave.getPages", {"fields": "sex"}),
        ("fave.markSeen", {}),
        ("fave.removePost", {"owner_id": "2", "id": "1"}),
        ("fave.removePage", {"user_id": "3"}),
        ("fave.removeLink", {"link": "https://dvor.example/tulips"}),
    ),
    refused={
        "fave.addPost": ("fedor", {"owner_id": 4, "id": 1}, 104),
        "fave.addPage": ("anna", {"user_id": 999_999}, 113),
        "fave.addLink": ("", {"link": "https://dvor.example"}, 5),
        "fave.get": ("", {}, 5),
        "fave.getPages": ("", {}, 5),
        "fave.markSeen": ("", {}, 5),
        "fave.removePost": ("", {"id": 1}, 5),
        "fave.removePage": ("", {"user_id": 3}, 5),
        "fave.removeLink": ("", {"link_id": "x"}, 5),
    },
    wrong={
        "fave.addPost": {"id": "x"},
        "fave.addPage": {"user_id": "x"},
        "fave.addLink": {"link": "javascript:alert(1)"},
        "fave.get": {"item_type": "smell"},
        "fave.getPages": {"count": 501},
        "fave.removePost": {"id": "x"},
        "fave.removePage": {"user_id": 1, "group_id": 1},
        "fave.removeLink": {},
    },
    untyped=frozenset({"fave.markSeen"}),
)
