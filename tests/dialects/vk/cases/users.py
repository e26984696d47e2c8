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
    ),
    refused={
        "users.get": ("", {}, 5),
    },
    wrong={
        "users.get": {"name_case": "zzz"},
    },
)
