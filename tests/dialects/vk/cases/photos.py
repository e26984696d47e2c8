"""The cases of photos.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("photos.getWallUploadServer", {}),
        ("photos.saveWallPhoto", {"caption": "Наш двор"}),
        ("photos.getMessagesUploadServer", {}),
        ("photos.saveMessagesPhoto", {}),
        ("photos.getOwnerPhotoUploadServer", {}),
        ("photos.saveOwnerPhoto", {}),
        ("photos.get", {"album_id": "wall", "count": "1"}),
        ("photos.getAll", {"count": "1"}),
        ("photos.getById", {"photos": "1_1"}),
    ),
    refused={
        "photos.getWallUploadServer": ("narrow", {}, 7),
        "photos.getMessagesUploadServer": ("narrow", {}, 7),
        "photos.saveMessagesPhoto": ("anna", {"photo": "forged", "hash": "00"}, 121),
        "photos.getOwnerPhotoUploadServer": ("anna", {"owner_id": 2}, 15),
        "photos.saveOwnerPhoto": ("anna", {"photo": "forged", "hash": "00"}, 121),
        "photos.get": ("fedor", {"owner_id": 4}, 30),
        "photos.getAll": ("fedor", {"owner_id": 4}, 30),
        "photos.getById": ("", {"photos": "1_1"}, 5),
        "photos.saveWallPhoto": ("anna", {"photo": "forged", "hash": "00"}, 121),
    },
    wrong={
        "photos.getWallUploadServer": {"group_id": "x"},
        "photos.getMessagesUploadServer": {"peer_id": "x"},
        "photos.saveMessagesPhoto": {"photo": "x"},
        "photos.getOwnerPhotoUploadServer": {"owner_id": "x"},
        "photos.saveOwnerPhoto": {"photo": "x"},
        "photos.get": {"album_id": "zzz"},
        "photos.getAll": {"count": 1001},
        "photos.getById": {"photos": ",".join(["1_1"] * 101)},
        "photos.saveWallPhoto": {"photo": "x"},
    },
)
