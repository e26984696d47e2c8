"""The cases of status.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(("status.set", {"text": "Собираю яблоки"}), ("status.get", {})),
    refused={
        "status.set": ("boris", {"text": "x", "group_id": 1}, 15),
        "status.get": ("fedor", {"user_id": 4}, 30),
    },
    wrong={"status.set": {"text": "x" * 141}, "status.get": {"user_id": "x"}},
)
