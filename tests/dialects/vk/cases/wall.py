"""The cases of wall.*: see the docstring of this folder."""

from typing import Any

from tests.dialects.vk.cases import Cases


def written(answers: dict[str, Any]) -> str:
    """Return the post that was written."""
    return str(answers["wall.post"]["post_id"])


def commented(answers: dict[str, Any]) -> str:
    """Return the comment that was written last."""
    return str(answers["wall.createComment"]["comment_id"])


CASES = Cases(
    recorded=(
        ("wall.post", {"message": "С наступающим!", "publish_date": "1796000000"}),
        ("wall.get", {"filter": "postponed"}),
        ("wall.get", {"owner_id": "1", "count": "2", "extended": "1"}),
        ("wall.search", {"domain": "anna", "query": "лопаты", "extended": "1"}),
        ("wall.getById", {"posts": "1_1,2_1"}),
        ("wall.post", {"message": "Сирень зацвела", "attachments": "photo1_1"}),
        ("wall.edit", {"post_id": written, "message": "Сирень отцвела"}),
        ("wall.pin", {"post_id": written}),
        ("wall.unpin", {"post_id": written}),
        ("wall.createComment", {"post_id": written, "message": "Жаль", "guid": "x"}),
        ("wall.createComment", {"post_id": written, "message": "И мне", "reply_to_comment": commented}),
        (
            "wall.getComments",
            {"post_id": written, "thread_items_count": "3", "need_likes": "1", "extended": "1"},
        ),
        ("wall.getComment", {"comment_id": commented}),
        ("wall.editComment", {"comment_id": commented, "message": "Как жаль"}),
        ("wall.deleteComment", {"comment_id": commented}),
        ("wall.restoreComment", {"comment_id": commented}),
        ("wall.closeComments", {"post_id": written}),
        ("wall.openComments", {"post_id": written}),
        ("wall.delete", {"post_id": written}),
        ("wall.restore", {"post_id": written}),
        ("wall.repost", {"object": "wall-1_1", "message": "Смотрите"}),
        ("wall.getReposts", {"owner_id": "-1", "post_id": "1"}),
    ),
    refused={
        "wall.delete": ("fedor", {"owner_id": 1, "post_id": 1}, 210),
        "wall.get": ("fedor", {"owner_id": 4}, 30),
        "wall.search": ("fedor", {"owner_id": 4, "query": "x"}, 30),
        "wall.getById": ("", {"posts": "1_1"}, 5),
        "wall.edit": ("boris", {"owner_id": 1, "post_id": 1, "message": "x"}, 15),
        "wall.pin": ("boris", {"owner_id": 1, "post_id": 1}, 15),
        "wall.unpin": ("boris", {"owner_id": 1, "post_id": 1}, 15),
        "wall.createComment": ("fedor", {"owner_id": 4, "post_id": 1, "message": "x"}, 104),
        "wall.getComments": ("fedor", {"owner_id": 4, "post_id": 1}, 104),
        "wall.getComment": ("anna", {"comment_id": 99}, 104),
        "wall.editComment": ("anna", {"comment_id": 99, "message": "x"}, 104),
        "wall.deleteComment": ("anna", {"comment_id": 99}, 104),
        "wall.restoreComment": ("anna", {"comment_id": 99}, 104),
        "wall.closeComments": ("boris", {"owner_id": 1, "post_id": 1}, 15),
        "wall.openComments": ("boris", {"owner_id": 1, "post_id": 1}, 15),
        "wall.restore": ("boris", {"owner_id": 1, "post_id": 1}, 104),
        "wall.repost": ("fedor", {"object": "wall4_1"}, 104),
        "wall.getReposts": ("fedor", {"owner_id": 4, "post_id": 1}, 104),
        "wall.post": ("fedor", {"owner_id": 7, "message": "hi"}, 214),
    },
    wrong={
        "wall.delete": {"post_id": "x"},
        "wall.get": {"owner_id": "1.5x"},
        "wall.search": {"query": "x", "count": 101},
        "wall.getById": {"posts": ",".join(["1_1"] * 101)},
        "wall.edit": {"post_id": "x"},
        "wall.pin": {"post_id": "x"},
        "wall.unpin": {"post_id": "x"},
        "wall.createComment": {"post_id": 1, "message": ""},
        "wall.getComments": {"post_id": 1, "count": 101},
        "wall.getComment": {"comment_id": "x"},
        "wall.editComment": {"comment_id": "x"},
        "wall.deleteComment": {"comment_id": "x"},
        "wall.restoreComment": {"comment_id": "x"},
        "wall.closeComments": {"post_id": "x"},
        "wall.openComments": {"post_id": "x"},
        "wall.restore": {"post_id": "x"},
        "wall.repost": {"object": "photo1_1"},
        "wall.getReposts": {"post_id": "x"},
        "wall.post": {"friends_only": "maybe", "message": "x"},
    },
)
