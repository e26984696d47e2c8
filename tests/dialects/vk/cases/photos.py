"""The cases of photos.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("photos.getWallUploadServer", {}),
        ("photos.saveWallPhoto", {"caption": "Наш двор"}),
    ),
    refused={
        "photos.getWallUploadServer": ("narrow", {}, 7),
        "photos.saveWallPhoto": ("anna", {"photo": "forged", "hash": "00"}, 121),
    },
    wrong={
        "photos.getWallUploadServer": {"group_id": "x"},
        "photos.saveWallPhoto": {"photo": "x"},
    },
)
