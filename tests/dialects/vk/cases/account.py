"""The cases of account.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("account.setOnline", {}),
        ("account.getProfileInfo", {}),
        ("account.getInfo", {}),
        ("account.getAppPermissions", {}),
        ("account.getCounters", {}),
        ("account.ban", {"owner_id": "6"}),
        ("account.getBanned", {"fields": "sex"}),
        ("account.unban", {"owner_id": "6"}),
        (
            "account.saveProfileInfo",
            {"bdate": "13.4.1990", "relation": "1", "city_id": "524901", "country_id": "643"},
        ),
        ("account.saveInterestsInfo", {"fav_music": "Кино, ДДТ"}),
        ("account.setSilenceMode", {"peer_id": "2", "time": "3600", "sound": "0"}),
        ("account.setOffline", {}),
    ),
    refused={
        "account.ban": ("", {"owner_id": 6}, 5),
        "account.setSilenceMode": ("fedor", {"peer_id": 2_000_000_001}, 917),
        "account.getBanned": ("", {}, 5),
        "account.unban": ("anna", {"owner_id": 6}, 113),
        "account.saveProfileInfo": ("", {"sex": 1}, 5),
        "account.saveInterestsInfo": ("", {"about": "x"}, 5),
        "account.getAppPermissions": ("", {}, 5),
        "account.getCounters": ("", {}, 5),
        "account.getInfo": ("", {}, 5),
        "account.getProfileInfo": ("", {}, 5),
        "account.setOffline": ("", {}, 5),
        "account.setOnline": ("", {}, 5),
    },
    wrong={
        "account.ban": {"owner_id": "x"},
        "account.setSilenceMode": {"peer_id": 2, "time": "x"},
        "account.getBanned": {"count": 201},
        "account.unban": {"owner_id": "x"},
        "account.saveProfileInfo": {"bdate": "yesterday"},
        "account.getAppPermissions": {"user_id": "abc"},
        "account.setOnline": {"voip": "perhaps"},
    },
    untyped=frozenset(
        {
            "account.saveInterestsInfo",
            "account.getInfo",
            "account.getCounters",
            "account.setOffline",
            "account.getProfileInfo",
        }
    ),
)
