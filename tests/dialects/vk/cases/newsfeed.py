"""The cases of newsfeed.*: see the docstring of this folder."""

from tests.dialects.vk.cases import Cases

CASES = Cases(
    recorded=(
        ("newsfeed.get", {"count": "2"}),
        ("newsfeed.search", {"q": "субботник", "extended": "1"}),
        ("newsfeed.getGlobal", {"count": "2"}),
        ("wall.post", {"message": "@id1, полей клумбы", "access_token": "boris"}),
        ("newsfeed.getMentions", {}),
        ("newsfeed.saveList", {"title": "Соседи", "source_ids": "2,3,-1"}),
        ("newsfeed.getLists", {"extended": "1"}),
        ("newsfeed.deleteList", {"list_id": "1"}),
        ("newsfeed.addBan", {"user_ids": "2,3", "group_ids": "1"}),
        ("newsfeed.getBanned", {"extended": "1", "fields": "photo_50"}),
        ("newsfeed.deleteBan", {"user_ids": "2,3", "group_ids": "1"}),
    ),
    refused={
        "newsfeed.get": ("narrow", {}, 7),
        "newsfeed.search": ("anna", {"q": "—"}, 100),
        "newsfeed.getGlobal": ("", {}, 5),
        "newsfeed.addBan": ("anna", {"user_ids": 999}, 100),
        "newsfeed.getBanned": ("narrow", {}, 7),
        "newsfeed.saveList": ("anna", {"list_id": 5, "title": "x"}, 171),
        "newsfeed.getLists": ("narrow", {}, 7),
        "newsfeed.getMentions": ("anna", {"owner_id": 2}, 15),
        "newsfeed.deleteList": ("anna", {"list_id": 5}, 171),
        "newsfeed.deleteBan": ("narrow", {"user_ids": 2}, 7),
    },
    wrong={
        "newsfeed.get": {"start_time": "yesterday"},
        "newsfeed.search": {"q": "x", "count": 201},
        "newsfeed.getGlobal": {"end_time": "x"},
        "newsfeed.addBan": {"user_ids": "x"},
        "newsfeed.getBanned": {"extended": "perhaps"},
        "newsfeed.saveList": {"title": ""},
        "newsfeed.getLists": {"list_ids": "x"},
        "newsfeed.getMentions": {"count": 51},
        "newsfeed.deleteList": {"list_id": 11},
        "newsfeed.deleteBan": {"group_ids": "-"},
    },
)
