"""fave.*: bookmarks."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import UNSET, Struct, UnsetType

from dvor.core import bookmarks
from dvor.core.bookmarks import link_id
from dvor.core.privacy import Community, Person
from dvor.dialects.vk.group_objects import GroupDrawing, GroupObject, draw_groups
from dvor.dialects.vk.post_objects import PostDrawing, PostObject, draw_profiles
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.utils import NoParams
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.bookmarks import MAX_ADDRESS, Bookmark
from dvor.model.errors import InvalidParameter
from dvor.model.ids import MAX_USER_ID, ItemId, OwnerId

Offset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]


class OnePost(Params, kw_only=True):
    """Parameters of fave.removePost."""

    owner_id: Annotated[OwnerId, doc("On whose wall; 0 for the caller's own.")] = 0
    id: Annotated[ItemId, doc("The post's number on the wall.")]


class AddPost(OnePost, kw_only=True):
    """Parameters of fave.addPost."""

    access_key: Annotated[str, doc("Posts have none.", max_length=64)] = ""


@method("fave.addPost", writes=True, is_repeatable=True)
async def add_post(call: Call, params: AddPost) -> Literal[1]:
    """Bookmarks a post that the caller sees.

    VK: fave.addPost.
    """
    await bookmarks.keep_post(call.tx, call.user_id, params.owner_id or call.user_id, params.id, now=call.now)
    return 1


@method("fave.removePost", writes=True, is_repeatable=True)
async def remove_post(call: Call, params: OnePost) -> Literal[1]:
    """Takes a post off the bookmarks.

    VK: fave.removePost.
    """
    owner_id = params.owner_id or call.user_id
    await bookmarks.drop_bookmark(call.tx, call.user_id, "post", owner_id, params.id)
    return 1


class OnePage(Params):
    """Parameters that name a person or a community."""

    user_id: Annotated[int, doc("The person,", ge=0, le=MAX_USER_ID)] = 0
    group_id: Annotated[int, doc("or the community.", ge=0, le=MAX_USER_ID)] = 0

    def read(self) -> int:
        """Return whose page is meant; `InvalidParameter`."""
        if bool(self.user_id) == bool(self.group_id):
            raise InvalidParameter("user_id", "either this or group_id")
        return self.user_id or -self.group_id


@method("fave.addPage", writes=True, is_repeatable=True)
async def add_page(call: Call, params: OnePage) -> Literal[1]:
    """Bookmarks a person or a community.

    VK: fave.addPage.
    """
    await bookmarks.keep_page(call.tx, call.user_id, params.read(), now=call.now)
    return 1


@method("fave.removePage", writes=True, is_repeatable=True)
async def remove_page(call: Call, params: OnePage) -> Literal[1]:
    """Takes a person or a community off the bookmarks.

    VK: fave.removePage.
    """
    await bookmarks.drop_bookmark(call.tx, call.user_id, "page", params.read())
    return 1


class AddLink(Params):
    """Parameters of fave.addLink."""

    link: Annotated[str, doc("The address, with http:// or https://.", max_length=MAX_ADDRESS)]


@method("fave.addLink", writes=True, is_repeatable=True)
async def add_link(call: Call, params: AddLink) -> Literal[1]:
    """Bookmarks an address.

    VK: fave.addLink.
    """
    await bookmarks.keep_link(call.tx, call.user_id, params.link.strip(), now=call.now)
    return 1


class RemoveLink(Params):
    """Parameters of fave.removeLink."""

    link_id: Annotated[str, doc("Its id of fave.get,", max_length=64)] = ""
    link: Annotated[str, doc("or the address itself.", max_length=MAX_ADDRESS)] = ""


@method("fave.removeLink", writes=True, is_repeatable=True)
async def remove_link(call: Call, params: RemoveLink) -> Literal[1]:
    """Takes an address off the bookmarks.

    VK: fave.removeLink.
    """
    url = params.link.strip()
    if not url and not params.link_id:
        raise InvalidParameter("link_id")
    url = url or await bookmarks.find_link(call.tx, call.user_id, params.link_id)
    await bookmarks.drop_bookmark(call.tx, call.user_id, "link", url=url)
    return 1


class LinkObject(Struct, frozen=True):
    """An address; nothing is fetched from it, so that its title is its host."""

    id: str
    url: str
    title: str
    description: str = ""


class BookmarkObject(Struct, frozen=True, omit_defaults=True):
    """A bookmark: the member that `type` names holds what it is."""

    type: str
    added_date: int
    seen: bool
    tags: list[Any]
    post: PostObject | UnsetType = UNSET
    link: LinkObject | UnsetType = UNSET


class BookmarkList(Struct, frozen=True, omit_defaults=True):
    """Bookmarks, the last one first; `count` is how many there are in all."""

    count: int
    items: list[BookmarkObject]
    profiles: list[UserObject] | UnsetType = UNSET
    groups: list[GroupObject] | UnsetType = UNSET


class GetBookmarks(Params):
    """Parameters of fave.get."""

    item_type: Annotated[
        Literal["", "post", "link"],
        doc("Posts or addresses; without it posts. Other things are not bookmarked."),
    ] = ""
    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=1, le=100)] = 50
    extended: Annotated[bool, doc("Give `profiles` and `groups`.")] = False
    fields: Annotated[list[str], doc("Members of users.get for `profiles`.")] = []
    is_from_snackbar: Annotated[bool, doc("Where the caller came from; noted nowhere.")] = False


@method("fave.get", not_yet=("tag_id",))
async def get(call: Call, params: GetBookmarks) -> BookmarkList:
    """Returns the posts or addresses that the caller has bookmarked; people and communities: fave.getPages.

    VK: fave.get.
    """
    if params.item_type == "link":
        count, links = await bookmarks.list_links(
            call.tx, call.user_id, offset=params.offset, count=params.count
        )
        return BookmarkList(count, [_draw_link(one) for one in links])
    found = await bookmarks.list_posts(call.tx, call.user_id, offset=params.offset, count=params.count)
    drawing = PostDrawing(call, found.page)
    posts = {(post.owner_id, post.id): post for post in found.page.posts}
    items = [
        BookmarkObject(
            "post",
            one.created_at,
            one.is_seen,
            [],
            post=drawing.draw(posts[one.owner_id, one.item_id], in_list=True),
        )
        for one in found.bookmarks
    ]
    if not params.extended:
        return BookmarkList(found.count, items)
    profiles = draw_profiles(call, found.page.owners, params.fields)
    return BookmarkList(found.count, items, profiles, draw_groups(call, found.page.owners, params.fields))


def _draw_link(one: Bookmark) -> BookmarkObject:
    link = LinkObject(link_id(one.url), one.url, urlsplit(one.url).hostname or "")
    return BookmarkObject("link", one.created_at, one.is_seen, [], link=link)


class PageObject(Struct, frozen=True, omit_defaults=True):
    """A bookmarked person or community."""

    type: str
    description: str
    tags: list[Any]
    updated_date: int
    user: UserObject | UnsetType = UNSET
    group: GroupObject | UnsetType = UNSET


class PageList(Struct, frozen=True):
    """Bookmarked people and communities, the last one first; `count` is how many there are in all."""

    count: int
    items: list[PageObject]


class GetPages(Params):
    """Parameters of fave.getPages."""

    type: Annotated[Literal["", "users", "groups", "hints"], doc("Only people, or only communities.")] = ""
    offset: Offset = 0
    count: Annotated[int, doc("How many to return.", ge=1, le=500)] = 50
    fields: Annotated[list[str], doc("Members of users.get, and of communities.")] = []


@method("fave.getPages", not_yet=("tag_id",))
async def get_pages(call: Call, params: GetPages) -> PageList:
    """Returns the people and communities that the caller has bookmarked.

    VK: fave.getPages.
    """
    found = await bookmarks.list_pages(
        call.tx,
        call.user_id,
        of_people=params.type != "groups",
        of_groups=params.type != "users",
        offset=params.offset,
        count=params.count,
    )
    people, communities = UserDrawing(call, params.fields), GroupDrawing(call, params.fields)
    items = []
    for one in found.bookmarks:
        owner, kept_at = found.owners[one.owner_id], one.created_at
        if isinstance(owner, Person):
            items.append(PageObject("user", "", [], kept_at, user=people.draw(owner)))
        elif isinstance(owner, Community):
            items.append(PageObject("group", "", [], kept_at, group=communities.draw(owner)))
    return PageList(found.count, items)


@method("fave.markSeen", writes=True, is_repeatable=True)
async def mark_seen(call: Call, params: NoParams) -> Literal[1]:
    """Notes that the caller has looked at all his bookmarks.

    VK: fave.markSeen.
    """
    await bookmarks.mark_seen(call.tx, call.user_id)
    return 1
