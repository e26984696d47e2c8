"""The cases of account.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("account.setOnline", {}),
        ("account.getProfileInfo", {}),
        ("account.getInfo", {}),
        ("account.getAppPermissions", {}),
        ("account.getCounters", {}),
        ("account.setOffline", {}),
    ),
    refused={
        "account.getAppPermissions": ("", {}, 5),
        "account.getCounters": ("", {}, 5),
        "account.getInfo": ("", {}, 5),
        "account.getProfileInfo": ("", {}, 5),
        "account.setOffline": ("", {}, 5),
        "account.setOnline": ("", {}, 5),
    },
    wrong={
        "account.getAppPermissions": {"user_id": "abc"},
        "account.setOnline": {"voip": "perhaps"},
    },
    untyped=frozenset(
        {"account.getInfo", "account.getCounters", "account.setOffline", "account.getProfileInfo"}
    ),
)
