"""The cases of docs.*: see the docstring of this folder."""

from typing import Any

from tests.dialects.vk.cases import Cases


def saved(answers: dict[str, Any]) -> str:
    return str(answers["docs.save"]["doc"]["id"])


def owner(answers: dict[str, Any]) -> str:
    return str(answers["docs.save"]["doc"]["owner_id"])


def key(answers: dict[str, Any]) -> str:
    return str(answers["docs.save"]["doc"]["access_key"])


def full_id(answers: dict[str, Any]) -> str:
    return f"{owner(answers)}_{saved(answers)}"


def added(answers: dict[str, Any]) -> str:
    return str(answers["docs.add"])


CASES = Cases(
    recorded=(
        ("docs.getWallUploadServer", {}),
        ("docs.getMessagesUploadServer", {"type": "doc", "peer_id": "2", "access_token": "boris"}),
        ("docs.save", {"title": "План клумбы.png", "access_token": "boris"}),
        ("docs.add", {"owner_id": owner, "doc_id": saved, "access_key": key}),
        ("docs.delete", {"doc_id": added}),
        ("docs.restore", {"doc_id": added}),
        ("docs.getUploadServer", {}),
        ("docs.save", {"title": "Наш двор.png", "tags": "двор,картинки", "return_tags": "1"}),
        ("docs.edit", {"doc_id": saved, "title": "Наш двор весной.png", "tags": "двор,весна"}),
        ("docs.getById", {"docs": full_id, "return_tags": "1"}),
        ("docs.get", {"count": "1", "type": "4"}),
        ("docs.getTypes", {}),
        ("docs.getTags", {}),
        ("docs.search", {"q": "весн", "search_own": "1"}),
    ),
    refused={
        "docs.getWallUploadServer": ("narrow", {}, 7),
        "docs.getMessagesUploadServer": ("narrow", {}, 7),
        "docs.getUploadServer": ("boris", {"group_id": 999}, 203),
        "docs.save": ("anna", {"file": "forged.00"}, 121),
        "docs.add": ("anna", {"owner_id": 2, "doc_id": 999}, 1150),
        "docs.delete": ("anna", {"doc_id": 999}, 1150),
        "docs.restore": ("anna", {"doc_id": 999}, 1150),
        "docs.edit": ("anna", {"doc_id": 999, "title": "x"}, 1150),
        "docs.getById": ("narrow", {"docs": "1_1"}, 7),
        "docs.get": ("anna", {"owner_id": 2}, 15),
        "docs.getTypes": ("anna", {"owner_id": 2}, 15),
        "docs.getTags": ("anna", {"owner_id": 2}, 15),
        "docs.search": ("narrow", {"q": "x"}, 7),
    },
    wrong={
        "docs.getWallUploadServer": {"group_id": "x"},
        "docs.getMessagesUploadServer": {"type": "x"},
        "docs.getUploadServer": {"group_id": "x"},
        "docs.save": {"title": "x"},
        "docs.add": {"doc_id": "x"},
        "docs.delete": {"doc_id": "x"},
        "docs.restore": {"doc_id": "x"},
        "docs.edit": {"doc_id": "x"},
        "docs.getById": {"docs": "x"},
        "docs.get": {"type": 9},
        "docs.getTypes": {"owner_id": "x"},
        "docs.getTags": {"type": 9},
        "docs.search": {"q": ""},
    },
)
