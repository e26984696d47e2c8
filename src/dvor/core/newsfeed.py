"""The newsfeed: what friends, followed people, one's communities and oneself have written on their own walls."""

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.privacy import load_people
from dvor.core.wall import PostPage, gather_page
from dvor.model.friends import MAX_FRIENDS, Friendship
from dvor.model.ids import MAX_NUMBER
from dvor.store.database import Transaction
from dvor.store.friends import list_friend_ids
from dvor.store.group_members import list_group_ids
from dvor.store.newsfeed import list_news

Cursor = tuple[int, int, int]
"""Time, owner and number of the last post of a page; the next page begins below it."""

TOP: Cursor = (MAX_NUMBER, 0, 0)


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
    source_ids: set[int] | None = None,
) -> NewsPage:
    """Return the news below the cursor, newest first; `since` and `until` are Unix times (0: no bound).

    `source_ids` narrows the people and communities whose posts are shown.
    """
    friends = await list_friend_ids(tx, user_id, Friendship.FRIENDS, "id", 0, MAX_FRIENDS)
    followed = await list_friend_ids(tx, user_id, Friendship.REQUESTED, "id", 0, MAX_FRIENDS)
    if followed:
        people = await load_people(tx, user_id, followed)
        followed = [owner_id for owner_id in followed if owner_id in people and people[owner_id].is_open]
    groups = [-group_id for group_id in await list_group_ids(tx, user_id)]
    owner_ids = [user_id, *friends, *followed, *groups]
    if source_ids is not None:
        owner_ids = [owner_id for owner_id in owner_ids if owner_id in source_ids]
    before = min(cursor, (until, MAX_NUMBER, MAX_NUMBER)) if until else cursor
    posts = await list_news(
        tx, user_id, owner_ids, [user_id, *friends], since=since, before=before, count=count
    )
    page = await gather_page(tx, user_id, len(posts), posts, {})
    visible = [post for post in posts if page.owners[post.owner_id].is_open]
    last = posts[-1] if len(posts) == count and posts else None
    next_cursor = (last.created_at, last.owner_id, last.id) if last else None
    return NewsPage(replace(page, count=len(visible), posts=visible), next_cursor)
