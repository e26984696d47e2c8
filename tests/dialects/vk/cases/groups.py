"""The cases of groups.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("groups.get", {"extended": "1", "fields": "description,members_count"}),
        (
            "groups.getById",
            {"group_ids": "garden,club2", "fields": "city,description,members_count,status,wall"},
        ),
        ("groups.create", {"title": "Шахматы у беседки", "type": "group"}),
        ("groups.join", {"group_id": "2"}),
        ("groups.leave", {"group_id": "2"}),
        ("groups.isMember", {"group_id": "1", "user_ids": "2,5", "extended": "1"}),
        ("groups.getMembers", {"group_id": "1", "fields": "city"}),
    ),
    refused={
        "groups.get": ("fedor", {"user_id": 4}, 15),
        "groups.getById": ("", {"group_id": 1}, 5),
        "groups.create": ("narrow", {"title": "x"}, 7),
        "groups.join": ("narrow", {"group_id": 1}, 7),
        "groups.leave": ("narrow", {"group_id": 1}, 7),
        "groups.isMember": ("", {"group_id": 1}, 5),
        "groups.getMembers": ("anna", {"group_id": 2}, 15),
    },
    wrong={
        "groups.get": {"count": 1001},
        "groups.getById": {"group_ids": ",".join(["1"] * 501)},
        "groups.create": {"title": "", "type": "group"},
        "groups.join": {"group_id": "x"},
        "groups.leave": {"group_id": 0},
        "groups.isMember": {"group_id": 1, "user_ids": "1,x"},
        "groups.getMembers": {"group_id": 1, "sort": "up"},
    },
)
