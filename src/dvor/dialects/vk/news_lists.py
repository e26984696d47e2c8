"""newsfeed.*: the lists into which the caller sorts the sources of his news."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import news_lists
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.ids import OwnerId
from dvor.model.newsfeed import MAX_LIST_SOURCES, MAX_LIST_TITLE, MAX_NEWS_LISTS
from dvor.model.tokens import Scope

ListId = Annotated[int, doc("The list's number.", ge=0, le=MAX_NEWS_LISTS)]


class NewsListObject(Struct, frozen=True, omit_defaults=True):
    """A list of sources."""

    id: int
    title: str
    no_reposts: int | UnsetType = UNSET
    source_ids: list[int] | UnsetType = UNSET


class NewsLists(Struct, frozen=True):
    """The caller's lists."""

    count: int
    items: list[NewsListObject]


class GetLists(Params):
    """Parameters of newsfeed.getLists."""

    list_ids: Annotated[list[ListId], doc("Only these.", max_length=100)] = []
    extended: Annotated[bool, doc("Tell who is on them.")] = False


@method("newsfeed.getLists", scope=Scope.FRIENDS | Scope.WALL)
async def get_lists(call: Call, params: GetLists) -> NewsLists:
    """Returns the caller's lists of news.

    VK: newsfeed.getLists.
    """
    found = await news_lists.load_news_lists(call.tx, call.user_id)
    wanted = [one for one in found if not params.list_ids or one.id in params.list_ids]
    if not params.extended:
        return NewsLists(len(wanted), [NewsListObject(one.id, one.title) for one in wanted])
    return NewsLists(len(wanted), [NewsListObject(one.id, one.title, 0, one.source_ids) for one in wanted])


class SaveList(Params, kw_only=True):
    """Parameters of newsfeed.saveList."""

    list_id: Annotated[int, doc("Which one to change; 0: a new one.", ge=0, le=MAX_NEWS_LISTS)] = 0
    title: Annotated[str, doc("Its title.", max_length=MAX_LIST_TITLE)]
    source_ids: Annotated[
        list[OwnerId], doc("People, and communities below zero.", max_length=MAX_LIST_SOURCES)
    ] = []


@method("newsfeed.saveList", scope=Scope.FRIENDS | Scope.WALL, writes=True, not_yet=("no_reposts",))
async def save_list(call: Call, params: SaveList) -> int:
    """Makes a list of news, or changes one, and returns its number; newsfeed.get reads it by `source_ids=list1`.

    VK: newsfeed.saveList.
    """
    return await news_lists.save_news_list(
        call.tx, call.user_id, params.list_id, params.title, params.source_ids
    )


class DeleteList(Params):
    """Parameters of newsfeed.deleteList."""

    list_id: ListId


@method("newsfeed.deleteList", scope=Scope.FRIENDS | Scope.WALL, writes=True)
async def delete_list(call: Call, params: DeleteList) -> Literal[1]:
    """Forgets a list of news.

    VK: newsfeed.deleteList.
    """
    await news_lists.delete_news_list(call.tx, call.user_id, params.list_id)
    return 1
