"""The cases of polls.*: see the docstring of this folder."""

from typing import Any

from tests.dialects.vk.cases import Cases


def poll(answers: dict[str, Any]) -> str:
    return str(answers["polls.create"]["id"])


ASKED = {"question": "Когда субботник?", "add_answers": '["В субботу","В воскресенье"]'}
CASES = Cases(
    recorded=(
        ("polls.create", {**ASKED, "disable_unvote": "0", "end_date": "1795600000"}),
        (
            "polls.edit",
            {"poll_id": poll, "add_answers": '["Никогда"]', "edit_answers": '{"1":"В эту субботу"}'},
        ),
        ("polls.addVote", {"poll_id": poll, "answer_ids": "1"}),
        ("polls.getById", {"poll_id": poll, "extended": "1"}),
        ("polls.getVoters", {"poll_id": poll, "answer_ids": "1,2"}),
        ("polls.deleteVote", {"poll_id": poll}),
    ),
    refused={
        "polls.create": ("anna", {**ASKED, "owner_id": 2}, 15),
        "polls.edit": ("narrow", {"poll_id": 1}, 7),
        "polls.addVote": ("anna", {"poll_id": 999, "answer_ids": 1}, 251),
        "polls.getById": ("anna", {"poll_id": 999}, 251),
        "polls.getVoters": ("anna", {"poll_id": 999, "answer_ids": 1}, 251),
        "polls.deleteVote": ("anna", {"poll_id": 999}, 251),
    },
    wrong={
        "polls.create": {"question": "?", "add_answers": "[1"},
        "polls.edit": {"poll_id": 1, "delete_answers": "x"},
        "polls.addVote": {"poll_id": 1, "answer_ids": "x"},
        "polls.getById": {"poll_id": "x"},
        "polls.getVoters": {"poll_id": 1, "answer_ids": "x"},
        "polls.deleteVote": {"poll_id": -1},
    },
)
