"""newsfeed.*: the news of friends and followed people."""

import re
from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from dvor.core.newsfeed import TOP, Cursor, hide_from_news, load_hidden, read_newsfeed, show_in_news
from dvor.core.newsfeed import NewsPage as News
from dvor.core.privacy import Person
from dvor.dialects.vk.group_objects import GroupObject, draw_groups
from dvor.dialects.vk.groups import GroupId
from dvor.dialects.vk.post_objects import PostDrawing, PostObject, draw_profiles
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.users import NameCaseWord, read_case
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import (
    GroupNotFound,
    InvalidParameter,
    NotImplementedYet,
    UserNotFound,
    UserUnavailable,
)
from dvor.model.ids import Seconds, UserId
from dvor.model.newsfeed import Sources
from dvor.model.tokens import Scope

FILTERS = frozenset({"post", "wall_post"})
FILTERS_WITHOUT_CONTENT = frozenset(
    {"photo", "photo_tag", "wall_photo", "friend", "note", "audio", "video", "clip", "story"}
)
"""Kinds of news that VK has and that nobody can make here yet: asking for them brings none."""

_SOURCE = re.compile(r"(u|g|-)?(\d{1,10})", re.ASCII)
_LIST = re.compile(r"list(\d{1,3})", re.ASCII)
SOURCE_KINDS = frozenset({"friends", "following", "groups", "pages"})
"""VK's words for whole kinds of sources."""
_CURSOR = re.compile(r"(\d{1,12})_(-?\d{1,10})_(\d{1,15})", re.ASCII)


class NewsPage(Struct, frozen=True, omit_defaults=True):
    """News, newest first; `next_from` is where the next page begins, empty at the end."""

    items: list[PostObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET
    next_from: str = ""


class GetNews(Params):
    """Parameters of newsfeed.get."""

    filters: Annotated[list[str], doc("Kinds of news; `post` is what there is.")] = []
    start_from: Annotated[str, doc("`next_from` of the page before.", max_length=64)] = ""
    start_time: Annotated[Seconds, doc("Only news from this Unix time on.")] = 0
    end_time: Annotated[Seconds, doc("Only news up to this Unix time.")] = 0
    count: (
        Annotated[int, doc("How many: 50, in OpenVK's form 30; at most 100.", ge=0, le=2**31 - 1)] | None
    ) = None
    offset: Annotated[int, doc("Pages to skip (OpenVK); at most 100.", ge=0, le=100)] = 0
    max_photos: Annotated[int, doc("At most so many photos of one source; not counted.", ge=0, le=100)] = 0
    source_ids: Annotated[
        str,
        doc(
            "Only these: `1,u2`, `g3` or `-3` for a community, `friends`, `following`, `groups`, `pages`, or a list, `list1`.",
            max_length=4096,
        ),
    ] = ""
    extended: Annotated[bool, doc("Give `profiles` and `groups`; in VK's form always.")] = True
    return_banned: Annotated[bool, doc("Those hidden by newsfeed.addBan too.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    section: Annotated[str, doc("The section of VK's own app; no difference.", max_length=64)] = ""


@method("newsfeed.get", scope=Scope.FRIENDS | Scope.WALL)
async def get(call: Call, params: GetNews) -> NewsPage:
    """Returns what the caller, his friends and those he follows have posted on their own walls.

    VK: newsfeed.get.
    """
    for name in params.filters:
        if name not in FILTERS | FILTERS_WITHOUT_CONTENT:
            raise NotImplementedYet(f"news of the kind {name[:32]!r}")
    if params.filters and not FILTERS.intersection(params.filters):
        return NewsPage([], [], [])
    count = min(params.count if params.count is not None else 50 if call.is_versioned else 30, 100)
    cursor = read_cursor(params.start_from)
    for step in range(params.offset + 1):
        news = await read_newsfeed(
            call.tx,
            call.user_id,
            cursor=cursor,
            since=params.start_time,
            until=params.end_time,
            count=count,
            sources=read_sources(params.source_ids),
            with_hidden=params.return_banned,
        )
        if news.next_cursor is None or step == params.offset:
            break
        cursor = news.next_cursor
    if step < params.offset:
        news = replace(news, page=replace(news.page, posts=[]))
    return draw_news(call, news, params.fields, extended=params.extended)


def draw_news(call: Call, news: News, fields: list[str], *, extended: bool) -> NewsPage:
    """Return a page of news; without `extended` OpenVK's form has no authors."""
    drawing = PostDrawing(call, news.page)
    items = [
        drawing.draw(post, post_id=post.id, source_id=post.owner_id, type="post") for post in news.page.posts
    ]
    next_from = draw_cursor(news.next_cursor)
    if not extended and not call.is_versioned:
        return NewsPage(items, next_from=next_from)
    owners = news.page.owners
    return NewsPage(items, draw_profiles(call, owners, fields), draw_groups(call, owners, fields), next_from)


def draw_cursor(cursor: Cursor | None) -> str:
    """Return where the next page begins, in words; empty at the end."""
    return "_".join(map(str, cursor)) if cursor else ""


def read_cursor(text: str) -> Cursor:
    """Return where to begin; anything that is no cursor begins at the top, as in OpenVK."""
    match = _CURSOR.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else TOP


def read_sources(text: str) -> Sources | None:
    """Return whose news `source_ids` names; None for everybody's."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        return None
    matches = [_SOURCE.fullmatch(name) for name in names]
    lists = [_LIST.fullmatch(name) for name in names]
    return Sources(
        frozenset(int(match[2]) * (-1 if match[1] in ("g", "-") else 1) for match in matches if match),
        SOURCE_KINDS.intersection(names),
        frozenset(int(match[1]) for match in lists if match),
    )


class BanSources(Params):
    """Parameters of newsfeed.addBan and newsfeed.deleteBan."""

    user_ids: Annotated[list[UserId], doc("Up to 100 people.", max_length=100)] = []
    group_ids: Annotated[list[GroupId], doc("Up to 100 communities.", max_length=100)] = []

    def read(self) -> list[int]:
        """Return the owner ids, each once."""
        return list(dict.fromkeys([*self.user_ids, *(-group_id for group_id in self.group_ids)]))


@method(
    "newsfeed.addBan",
    scope=Scope.FRIENDS | Scope.WALL,
    writes=True,
    is_repeatable=True,
    errors={UserNotFound: 100, UserUnavailable: 100, GroupNotFound: 100},
)
async def add_ban(call: Call, params: BanSources) -> Literal[0, 1]:
    """Hides what these people and communities post from the caller's news; they are told nothing.

    VK: newsfeed.addBan.  Naming nobody is an error in VK's form and 0 in OpenVK's.
    """
    source_ids = params.read()
    if not source_ids:
        return refuse_nobody(call)
    await hide_from_news(call.tx, call.user_id, source_ids, now=call.now)
    return 1


@method("newsfeed.deleteBan", scope=Scope.FRIENDS | Scope.WALL, writes=True, is_repeatable=True)
async def delete_ban(call: Call, params: BanSources) -> Literal[0, 1]:
    """Shows what these people and communities post in the caller's news again.

    VK: newsfeed.deleteBan.  Naming nobody is an error in VK's form and 0 in OpenVK's.
    """
    source_ids = params.read()
    if not source_ids:
        return refuse_nobody(call)
    await show_in_news(call.tx, call.user_id, source_ids)
    return 1


def refuse_nobody(call: Call) -> Literal[0]:
    """Answer a list of nobody as OpenVK does; in VK's form `InvalidParameter`."""
    if call.is_versioned:
        raise InvalidParameter("user_ids", "names nobody, neither does group_ids")
    return 0


class GetBanned(Params):
    """Parameters of newsfeed.getBanned."""

    extended: Annotated[bool, doc("Give objects instead of ids.")] = False
    fields: Annotated[list[str], doc("Members of users.get and groups.getById.")] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"


class BannedIds(Struct, frozen=True):
    """Whose news the caller has hidden; communities are negative in OpenVK's form."""

    groups: list[int]
    members: list[int]


class BannedObjects(Struct, frozen=True):
    """Whose news the caller has hidden."""

    groups: list[GroupObject]
    profiles: list[UserObject]


@method("newsfeed.getBanned", scope=Scope.FRIENDS | Scope.WALL, not_yet=("merge",))
async def get_banned(call: Call, params: GetBanned) -> BannedIds | BannedObjects:
    """Returns whose news the caller has hidden with newsfeed.addBan.

    VK: newsfeed.getBanned.
    """
    owners = await load_hidden(call.tx, call.user_id)
    people = [one for _, one in sorted(owners.items()) if isinstance(one, Person)]
    if params.extended:
        drawing = UserDrawing(call, params.fields, read_case(params.name_case))
        return BannedObjects(
            draw_groups(call, owners, params.fields), [drawing.draw(person) for person in people]
        )
    group_ids = sorted(-owner_id for owner_id in owners if owner_id < 0)
    return BannedIds(
        group_ids if call.is_versioned else [-group_id for group_id in group_ids],
        [person.user.id for person in people],
    )
