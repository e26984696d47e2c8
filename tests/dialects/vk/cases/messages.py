"""The cases of messages.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("messages.send", {"peer_id": "2", "message": "Чай готов", "random_id": "7"}),
        ("messages.getById", {"message_ids": "1,6"}),
        ("messages.getHistory", {"peer_id": "2", "count": "2"}),
        ("messages.getConversations", {"count": "2", "extended": "1"}),
        ("messages.getLongPollServer", {"need_pts": "1"}),
    ),
    refused={
        "messages.getById": ("narrow", {"message_ids": 1}, 7),
        "messages.getConversations": ("narrow", {}, 7),
        "messages.getHistory": ("narrow", {"peer_id": 2}, 7),
        "messages.getLongPollServer": ("narrow", {}, 7),
        "messages.send": ("fedor", {"peer_id": 5, "message": "hi", "random_id": 0}, 900),
    },
    wrong={
        "messages.getById": {"message_ids": "1,two"},
        "messages.getConversations": {"filter": "zzz"},
        "messages.getHistory": {"peer_id": 2, "count": 201},
        "messages.getLongPollServer": {"lp_version": "x"},
        "messages.send": {"peer_id": "ten", "message": "hi", "random_id": 0},
    },
)
