"""The cases of users.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        (
            "users.get",
            {
                "user_ids": "anna,boris",
                "fields": "bdate,city,counters,last_seen,photo_100,screen_name,status",
            },
        ),
        (
            "users.get",
            {
                "user_ids": "anna,boris",
                "fields": "city,common_count,counters,first_name_dat,last_seen,occupation",
                "name_case": "gen",
            },
        ),
        ("users.getFollowers", {"fields": "sex"}),
        ("users.getSubscriptions", {"extended": "1"}),
        ("users.search", {"q": "кузн", "count": "1", "fields": "photo_50"}),
        ("users.search", {"q": "", "city_id": "1", "sex": "2", "age_from": "30", "fields": "city,sex"}),
    ),
    refused={
        "users.getFollowers": ("fedor", {"user_id": 4}, 30),
        "users.getSubscriptions": ("fedor", {"user_id": 4}, 30),
        "users.get": ("", {}, 5),
        "users.search": ("", {}, 5),
    },
    wrong={
        "users.get": {"name_case": "zzz"},
        "users.getFollowers": {"count": 1001},
        "users.search": {"age_from": "old"},
        "users.getSubscriptions": {"count": 201},
    },
)
