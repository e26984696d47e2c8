"""The cases of photos.*: see the docstring of this folder."""

from typing import Any

from tests.dialects.vk.cases import Cases


def album(answers: dict[str, Any]) -> str:
    return str(answers["photos.createAlbum"]["id"])


def photo(answers: dict[str, Any]) -> str:
    return str(answers["photos.save"][0]["id"])


def comment(answers: dict[str, Any]) -> str:
    return str(answers["photos.createComment"])


CASES = Cases(
    recorded=(
        ("photos.getWallUploadServer", {}),
        ("photos.saveWallPhoto", {"caption": "Наш двор"}),
        ("photos.getMessagesUploadServer", {}),
        ("photos.saveMessagesPhoto", {}),
        ("photos.getOwnerPhotoUploadServer", {}),
        ("photos.saveOwnerPhoto", {}),
        ("messages.createChat", {"user_ids": "2", "title": "Субботник"}),
        ("photos.getChatUploadServer", {"chat_id": "1"}),
        ("photos.get", {"album_id": "wall", "count": "1"}),
        ("photos.getAll", {"count": "1"}),
        ("photos.createAlbum", {"title": "Субботник", "privacy_view": "friends"}),
        ("photos.createAlbum", {"title": "Наш двор", "description": "Как мы его сажали"}),
        ("photos.getUploadServer", {"album_id": album}),
        ("photos.save", {"album_id": album, "caption": "До"}),
        ("photos.edit", {"photo_id": photo, "caption": "До субботника"}),
        ("photos.move", {"target_album_id": album, "photo_ids": "1"}),
        ("photos.makeCover", {"album_id": album, "photo_id": photo}),
        ("photos.editAlbum", {"album_id": album, "title": "Наш двор весной", "privacy_comment": "friends"}),
        ("photos.getAlbums", {"need_covers": "1", "need_system": "1"}),
        ("photos.getAlbumsCount", {}),
        ("photos.createComment", {"photo_id": photo, "message": "А где яблоня?"}),
        ("photos.editComment", {"photo_id": photo, "comment_id": comment, "message": "А где груша?"}),
        ("photos.deleteComment", {"comment_id": comment}),
        ("photos.restoreComment", {"comment_id": comment}),
        ("photos.getComments", {"photo_id": photo, "need_likes": "1", "extended": "1"}),
        ("photos.getAllComments", {"album_id": album}),
        ("photos.getById", {"photos": "1_1", "extended": "1"}),
        ("photos.copy", {"photo_id": "1"}),
        ("photos.delete", {"photo_id": photo}),
        ("photos.restore", {"photo_id": photo}),
        ("photos.deleteAlbum", {"album_id": album}),
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
        "photos.getChatUploadServer": ("anna", {"chat_id": 999}, 917),
        "photos.createAlbum": ("anna", {"title": "x", "group_id": 999}, 203),
        "photos.getUploadServer": ("anna", {"album_id": 999}, 114),
        "photos.save": ("anna", {"album_id": 1, "photos_list": "forged", "hash": "00"}, 121),
        "photos.edit": ("boris", {"owner_id": 1, "photo_id": 1, "caption": "x"}, 15),
        "photos.move": ("boris", {"owner_id": 1, "target_album_id": 1, "photo_ids": 1}, 15),
        "photos.makeCover": ("boris", {"owner_id": 1, "album_id": 1, "photo_id": 1}, 15),
        "photos.editAlbum": ("anna", {"album_id": 999, "title": "x"}, 114),
        "photos.getAlbums": ("fedor", {"owner_id": 4}, 30),
        "photos.getAlbumsCount": ("fedor", {"user_id": 4}, 30),
        "photos.createComment": ("anna", {"photo_id": 999, "message": "x"}, 15),
        "photos.editComment": ("anna", {"comment_id": 999, "message": "x"}, 104),
        "photos.deleteComment": ("anna", {"comment_id": 1}, 104),
        "photos.restoreComment": ("anna", {"comment_id": 1}, 104),
        "photos.getComments": ("anna", {"photo_id": 999}, 15),
        "photos.getAllComments": ("anna", {"album_id": 999}, 114),
        "photos.copy": ("anna", {"owner_id": 2, "photo_id": 999}, 15),
        "photos.delete": ("boris", {"owner_id": 1, "photo_id": 1}, 15),
        "photos.restore": ("anna", {"photo_id": 1}, 15),
        "photos.deleteAlbum": ("anna", {"album_id": 999}, 114),
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
        "photos.getChatUploadServer": {"chat_id": "x"},
        "photos.createAlbum": {"title": ""},
        "photos.getUploadServer": {"album_id": "x"},
        "photos.save": {"album_id": 1},
        "photos.edit": {"photo_id": "x"},
        "photos.move": {"target_album_id": 1},
        "photos.makeCover": {"album_id": "x"},
        "photos.editAlbum": {"album_id": 0},
        "photos.getAlbums": {"album_ids": "x"},
        "photos.getAlbumsCount": {"user_id": "x"},
        "photos.createComment": {"photo_id": 1},
        "photos.editComment": {"comment_id": "x"},
        "photos.deleteComment": {"comment_id": "x"},
        "photos.restoreComment": {"comment_id": "x"},
        "photos.getComments": {"photo_id": "x"},
        "photos.getAllComments": {"count": 101},
        "photos.copy": {"photo_id": "x"},
        "photos.delete": {"photos": "x"},
        "photos.restore": {"photo_id": "x"},
        "photos.deleteAlbum": {"album_id": "x"},
    },
)
