"""The cases of friends.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("friends.get", {"fields": "city,photo_50"}),
        ("friends.getRequests", {"extended": "1"}),
        ("friends.search", {"q": "бор", "fields": "sex"}),
        ("friends.areFriends", {"user_ids": "2,6,8"}),
        ("friends.getMutual", {"target_uids": "2,3"}),
        ("friends.getOnline", {"online_mobile": "1"}),
        ("friends.add", {"user_id": "6"}),
        ("friends.delete", {"user_id": "6"}),
    ),
    refused={
        "friends.areFriends": ("narrow", {"user_ids": 2}, 7),
        "friends.getMutual": ("fedor", {"target_uid": 4}, 30),
        "friends.getOnline": ("fedor", {"user_id": 4}, 30),
        "friends.add": ("fedor", {"user_id": 5}, 175),
        "friends.delete": ("anna", {"user_id": 5}, 15),
        "friends.get": ("fedor", {"user_id": 4}, 30),
        "friends.getRequests": ("narrow", {}, 7),
        "friends.search": ("fedor", {"user_id": 4}, 30),
    },
    wrong={
        "friends.areFriends": {"user_ids": "x"},
        "friends.getMutual": {"target_uid": "x"},
        "friends.getOnline": {"count": -1},
        "friends.add": {"user_id": "abc"},
        "friends.delete": {"user_id": "1e99"},
        "friends.get": {"count": "-1"},
        "friends.getRequests": {"count": 1001},
        "friends.search": {"count": 1001},
    },
)
