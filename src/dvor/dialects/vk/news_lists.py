"""newsfeed.*: the lists into which the caller sorts the sources of his news, and the posts that call him."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import news_lists
from dvor.core.newsfeed import list_mentions
from dvor.dialects.vk.post_objects import PostDrawing, PostObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied
from dvor.model.ids import OwnerId, Seconds
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


class GetMentions(Params):
    """Parameters of newsfeed.getMentions."""

    owner_id: Annotated[OwnerId, doc("The caller (0); who calls others is told to them.")] = 0
    start_time: Annotated[Seconds, doc("Only posts from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only posts up to this Unix time.")] = 0
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many to return.", ge=0, le=50)] = 20


class Mentions(Struct, frozen=True):
    """Posts; `count` is how many there are in all."""

    count: int
    items: list[PostObject]


@method("newsfeed.getMentions", scope=Scope.FRIENDS | Scope.WALL)
async def get_mentions(call: Call, params: GetMentions) -> Mentions:
    """Returns the posts that call the caller by `[id1|Name]` or `@id1`, newest first.

    VK: newsfeed.getMentions.
    """
    if params.owner_id not in (0, call.user_id):
        raise AccessDenied("another's mentions")
    page = await list_mentions(
        call.tx,
        call.user_id,
        since=params.start_time,
        until=params.end_time,
        offset=params.offset,
        count=params.count,
    )
    drawing = PostDrawing(call, page)
    return Mentions(page.count, [drawing.draw(post, in_list=True) for post in page.posts])
