"""The cases of wall.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("wall.get", {"owner_id": "1", "count": "2", "extended": "1"}),
        ("wall.getById", {"posts": "1_1,2_1"}),
        ("wall.post", {"message": "Сирень зацвела", "attachments": "photo1_1"}),
        ("wall.delete", {"post_id": "4"}),
    ),
    refused={
        "wall.delete": ("fedor", {"owner_id": 1, "post_id": 1}, 210),
        "wall.get": ("fedor", {"owner_id": 4}, 30),
        "wall.getById": ("", {"posts": "1_1"}, 5),
        "wall.post": ("fedor", {"owner_id": 7, "message": "hi"}, 214),
    },
    wrong={
        "wall.delete": {"post_id": "x"},
        "wall.get": {"owner_id": "1.5x"},
        "wall.getById": {
            "posts": "1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1,1_1"
        },
        "wall.post": {"friends_only": "maybe", "message": "x"},
    },
)
