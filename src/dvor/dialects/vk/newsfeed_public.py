"""newsfeed.search, newsfeed.getGlobal and newsfeed.getRecommended: what everybody may read."""

from typing import Annotated

from msgspec import UNSET, Struct, UnsetType

from dvor.core import search
from dvor.core.newsfeed import TOP, Cursor
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.newsfeed import NewsPage, draw_cursor, draw_news, read_cursor
from dvor.dialects.vk.post_objects import PostDrawing, PostObject, draw_profiles
from dvor.dialects.vk.user_objects import UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.ids import MAX_NUMBER, Seconds


class Found(Struct, frozen=True, omit_defaults=True):
    """Posts with the words asked for: how many are on this page, how many there are, and where the next page begins."""

    items: list[PostObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET
    next_from: str = ""
    count: int | UnsetType = UNSET
    total_count: int | UnsetType = UNSET


class SearchNews(Params):
    """Parameters of newsfeed.search."""

    q: Annotated[str, doc("Words of the posts, each by its beginning.", max_length=9000)] = ""
    extended: Annotated[bool, doc("Give the authors too; in OpenVK's form by default.")] | None = None
    count: Annotated[int, doc("How many to return.", ge=0, le=200)] = 30
    start_time: Annotated[Seconds, doc("Only posts from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only posts up to this Unix time.")] = 0
    start_from: Annotated[str, doc("`next_from` of the page before.", max_length=64)] = ""
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []


@method("newsfeed.search", needs_user=False, not_yet=("latitude", "longitude"))
async def search_news(call: Call, params: SearchNews) -> Found:
    """Finds public posts by their words, newest first.

    VK: newsfeed.search.  OpenVK answers it without a token too.
    """
    if call.is_versioned:
        call.require_user()
    elif not params.q.strip():
        return Found([], count=0)
    total, news = await search.search_posts(
        call.tx,
        call.user_id,
        params.q,
        cursor=_begin(params.start_from, params.end_time),
        since=params.start_time,
        count=params.count,
    )
    drawing = PostDrawing(call, news.page)
    items = [drawing.draw(post) for post in news.page.posts]
    extended = params.extended if params.extended is not None else not call.is_versioned
    owners = news.page.owners
    return Found(
        items,
        draw_profiles(call, owners, params.fields) if extended else UNSET,
        draw_groups(call, owners, params.fields) if extended else UNSET,
        draw_cursor(news.next_cursor),
        len(items) if call.is_versioned else UNSET,
        total if call.is_versioned else UNSET,
    )


class GetPublicNews(Params):
    """Parameters of newsfeed.getGlobal and newsfeed.getRecommended."""

    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    start_from: Annotated[str, doc("`next_from` of the page before.", max_length=64)] = ""
    start_time: Annotated[Seconds, doc("Only posts from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only posts up to this Unix time.")] = 0
    count: Annotated[int, doc("How many to return; more than 100 gives 100.", ge=0, le=2**31 - 1)] = 30
    extended: Annotated[bool, doc("Give `profiles` and `groups`; in VK's form always.")] = True
    max_photos: Annotated[int, doc("At most so many photos of one source; not counted.", ge=0, le=100)] = 0
    with_alien_wall_posts: Annotated[bool, doc("What people write on others' walls too.")] = False


@method(
    "newsfeed.getGlobal",
    aliases=("newsfeed.getRecommended",),
    not_yet=("rss", "offset", "return_banned"),
)
async def get_global(call: Call, params: GetPublicNews) -> NewsPage:
    """Returns the public posts of everybody, newest first, without those whose news the caller has hidden.

    OpenVK: newsfeed.getGlobal; VK's newsfeed.getRecommended has nothing else to recommend here.
    """
    news = await search.list_public_posts(
        call.tx,
        call.user_id,
        cursor=_begin(params.start_from, params.end_time),
        since=params.start_time,
        count=min(params.count, 100),
        with_others=params.with_alien_wall_posts,
    )
    return draw_news(call, news, params.fields, extended=params.extended)


def _begin(start_from: str, until: int) -> Cursor:
    cursor = read_cursor(start_from) if start_from else TOP
    return min(cursor, (until, MAX_NUMBER, MAX_NUMBER)) if until else cursor
