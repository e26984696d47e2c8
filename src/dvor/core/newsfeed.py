"""The newsfeed: what friends, followed people, one's communities and oneself have written on their own walls."""

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.privacy import Owners, load_communities, load_owner, load_owners, load_people
from dvor.core.wall import PostPage, gather_page, get_posts
from dvor.model.errors import InvalidParameter
from dvor.model.friends import MAX_FRIENDS, Friendship
from dvor.model.ids import MAX_NUMBER
from dvor.model.newsfeed import Sources
from dvor.model.wall import Post
from dvor.store.database import Transaction
from dvor.store.friends import list_friend_ids
from dvor.store.group_members import list_group_ids
from dvor.store.news_lists import load_news_lists
from dvor.store.newsfeed import hide_sources, list_hidden, list_news, show_sources
from dvor.store.notifications import list_notifications
from dvor.store.users import lock_owners

Cursor = tuple[int, int, int]
"""Time, owner and number of the last post of a page; the next page begins below it."""

TOP: Cursor = (MAX_NUMBER, 0, 0)


MAX_MENTIONS = 1000
"""How many of the last posts that call a person are looked through."""
MAX_HIDDEN = 1000
"""Whose news one may hide, at most."""


class NewsPage(Struct, frozen=True):
    """A page of news, and where the next one begins (None at the end)."""

    page: PostPage
    next_cursor: Cursor | None


async def read_newsfeed(
    tx: Transaction,
    user_id: int,
    *,
    cursor: Cursor,
    since: int,
    until: int,
    count: int,
    sources: Sources | None = None,
    with_hidden: bool = False,
) -> NewsPage:
    """Return the news below the cursor, newest first; `since` and `until` are Unix times (0: no bound).

    `sources` narrows the people and communities whose posts are shown; those that the user has hidden are left
    out, or with `with_hidden` not.
    """
    friends = await list_friend_ids(tx, user_id, Friendship.FRIENDS, "id", 0, MAX_FRIENDS)
    followed = await list_friend_ids(tx, user_id, Friendship.REQUESTED, "id", 0, MAX_FRIENDS)
    if followed:
        people = await load_people(tx, user_id, followed)
        followed = [owner_id for owner_id in followed if owner_id in people and people[owner_id].is_open]
    groups = [-group_id for group_id in await list_group_ids(tx, user_id)]
    owner_ids = [user_id, *friends, *followed, *groups]
    if sources is not None:
        wanted = {*sources.owner_ids, *await _load_listed(tx, user_id, sources)}
        wanted |= {*(friends if "friends" in sources.kinds else ())}
        wanted |= {*(followed if "following" in sources.kinds else ())}
        wanted |= await _pick_groups(tx, user_id, groups, sources)
        owner_ids = [owner_id for owner_id in owner_ids if owner_id in wanted]
    before = min(cursor, (until, MAX_NUMBER, MAX_NUMBER)) if until else cursor
    posts = await list_news(
        tx,
        user_id,
        owner_ids,
        [user_id, *friends],
        since=since,
        before=before,
        count=count,
        with_hidden=with_hidden,
    )
    return await gather_news(tx, user_id, posts, count)


async def _load_listed(tx: Transaction, user_id: int, sources: Sources) -> set[int]:
    if not sources.list_ids:
        return set()
    lists = await load_news_lists(tx, user_id)
    return {owner_id for one in lists if one.id in sources.list_ids for owner_id in one.source_ids}


async def _pick_groups(tx: Transaction, user_id: int, owner_ids: list[int], sources: Sources) -> set[int]:
    """Return those of the communities that are of a kind that is asked for: `pages`, or `groups` (the rest)."""
    if {"groups", "pages"} <= sources.kinds:
        return set(owner_ids)
    if sources.kinds.isdisjoint(("groups", "pages")):
        return set()
    found = await load_communities(tx, user_id, [-owner_id for owner_id in owner_ids])
    pages = {-group_id for group_id, one in found.items() if one.group.kind == "page"}
    return pages if "pages" in sources.kinds else set(owner_ids) - pages


async def gather_news(tx: Transaction, viewer_id: int, posts: list[Post], count: int) -> NewsPage:
    """Return those of the posts that the viewer may see, with what they need; fewer than `count` are the last."""
    page = await gather_page(tx, viewer_id, len(posts), posts, {})
    visible = [post for post in posts if page.owners[post.owner_id].is_open]
    last = posts[-1] if len(posts) == count and posts else None
    next_cursor = (last.created_at, last.owner_id, last.id) if last else None
    return NewsPage(replace(page, count=len(visible), posts=visible), next_cursor)


async def hide_from_news(tx: Transaction, user_id: int, source_ids: list[int], *, now: int) -> None:
    """Keep the news of these people and communities (minus their ids) from a user; `InvalidParameter`.

    Errors of `load_owner` for those that do not exist or that he may not know of.
    """
    if user_id in source_ids:
        raise InvalidParameter("user_ids", "is oneself")
    known = await load_owners(tx, user_id, source_ids)
    for source_id in source_ids:
        if source_id not in known:
            await load_owner(tx, user_id, source_id)
    # two calls at once must not exceed the limit together
    await lock_owners(tx, [user_id])
    if len({*await list_hidden(tx, user_id), *source_ids}) > MAX_HIDDEN:
        raise InvalidParameter("user_ids", f"more than {MAX_HIDDEN} hidden")
    await hide_sources(tx, user_id, source_ids, now)


async def show_in_news(tx: Transaction, user_id: int, source_ids: list[int]) -> int:
    """Show the news of these to a user again; return how many of them were hidden."""
    return await show_sources(tx, user_id, source_ids)


async def load_hidden(tx: Transaction, user_id: int) -> Owners:
    """Return the people and communities whose news a user has hidden, as far as he may still know of them."""
    return await load_owners(tx, user_id, await list_hidden(tx, user_id))


async def list_hidden_ids(tx: Transaction, user_id: int) -> list[int]:
    """Return whose news a user has hidden, by id."""
    return await list_hidden(tx, user_id)


async def list_mentions(
    tx: Transaction, user_id: int, *, since: int, until: int, offset: int, count: int
) -> PostPage:
    """Return a page of the posts that call a person and that he sees, newest first; `since` and `until` are Unix times."""
    bounds = {"since": since, "until": until or MAX_NUMBER}
    told = await list_notifications(tx, user_id, ["mention"], **bounds, offset=0, count=MAX_MENTIONS)
    page = await get_posts(tx, user_id, [(one.made_owner_id, one.made_id) for one in told])
    return replace(page, count=len(page.posts), posts=page.posts[offset : offset + count])
