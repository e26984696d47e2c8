"""The cases of likes.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("likes.add", {"type": "post", "owner_id": "1", "item_id": "1"}),
        ("likes.isLiked", {"type": "post", "owner_id": "1", "item_id": "1", "user_id": "1"}),
        ("likes.getList", {"type": "post", "owner_id": "1", "item_id": "1", "extended": "1"}),
        ("likes.delete", {"type": "post", "owner_id": "1", "item_id": "1"}),
    ),
    refused={
        "likes.add": ("fedor", {"type": "post", "owner_id": 4, "item_id": 1}, 100),
        "likes.delete": ("fedor", {"type": "post", "owner_id": 4, "item_id": 1}, 100),
        "likes.getList": ("fedor", {"type": "post", "owner_id": 4, "item_id": 1}, 100),
        "likes.isLiked": ("fedor", {"type": "post", "owner_id": 2, "item_id": 1, "user_id": 4}, 30),
    },
    wrong={
        "likes.add": {"type": "post", "item_id": "x"},
        "likes.delete": {"type": "zzz", "item_id": 1},
        "likes.getList": {"type": "post", "item_id": 1, "count": 1001},
        "likes.isLiked": {"type": "post", "item_id": 1180591620717411303424},
    },
)
