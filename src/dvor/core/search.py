"""Finding people and communities by their names, and posts by their words."""

from msgspec.structs import replace

from dvor.core.friends import FriendPage, list_friends
from dvor.core.newsfeed import Cursor, NewsPage, gather_news
from dvor.core.privacy import Communities, People, check_open, load_communities, load_owner, load_people
from dvor.core.wall import PostPage, gather_page
from dvor.model.errors import InvalidParameter
from dvor.model.friends import MAX_FRIENDS
from dvor.model.groups import GroupKind
from dvor.model.ids import MAX_NUMBER
from dvor.model.search import ANY_GROUP, MAX_NARROWED, GroupFilter, PeopleFilter, PeopleOrder
from dvor.model.users import User
from dvor.model.wall import Post
from dvor.model.words import fold_words, has_words
from dvor.store import name_words, post_words
from dvor.store.database import Transaction
from dvor.store.wall import find_pinned, list_posts
from dvor.store.words import MAX_WORDS

MAX_HITS = 1000
"""Words in more posts than this are common."""
MAX_LOOKED_AT, LOOK_AT_ONCE = 5000, 500
"""Posts that are looked through for one page, and how many are read at once."""


async def search_people(
    tx: Transaction,
    viewer_id: int,
    question: str,
    wanted: PeopleFilter,
    *,
    order: PeopleOrder,
    offset: int,
    count: int,
) -> tuple[int, list[int], People]:
    """Return how many people have every word of the question at the beginning of a word of their names, and a page.

    An empty question finds everybody.  Closed profiles are found by their names alone.
    """
    total, ids = await name_words.find_people(
        tx, fold_words(question), wanted, order=order, offset=offset, count=count
    )
    return total, ids, await load_people(tx, viewer_id, ids)


async def search_friends(
    tx: Transaction, viewer_id: int, user_id: int, question: str, *, offset: int, count: int
) -> FriendPage:
    """Return a page of a user's friends found by their names; errors of `list_friends`."""
    beginnings = fold_words(question)
    page = await list_friends(
        tx, viewer_id, user_id, order="hints", offset=0, count=MAX_FRIENDS, with_people=True
    )
    named = [one for one in page.user_ids if has_words(_names(page.people[one].user), beginnings)]
    return FriendPage(len(named), named[offset : offset + count], page.people)


def _names(user: User) -> str:
    return "" if user.deactivated else f"{user.first_name} {user.last_name} {user.screen_name or ''}"


async def search_groups(
    tx: Transaction,
    viewer_id: int,
    question: str,
    kinds: list[GroupKind],
    *,
    offset: int,
    count: int,
    narrowed: GroupFilter = ANY_GROUP,
) -> tuple[int, list[int], Communities]:
    """Return how many communities of these kinds are found by their names, and a page of them, the largest first.

    With a filter the largest `MAX_NARROWED` are looked through.  `InvalidParameter` (a question without words).
    """
    beginnings = _require_words(question)
    if narrowed != ANY_GROUP:
        _, ids = await name_words.find_groups(tx, beginnings, kinds, offset=0, count=MAX_NARROWED)
        found = await load_communities(tx, viewer_id, ids)
        fitting = [one for one in ids if found[one].is_found and narrowed.fits(found[one].group.place)]
        return len(fitting), fitting[offset : offset + count], found
    total, ids = await name_words.find_groups(tx, beginnings, kinds, offset=offset, count=count)
    found = await load_communities(tx, viewer_id, ids)
    return total, [one for one in ids if found[one].is_found], found


async def search_wall(
    tx: Transaction,
    viewer_id: int,
    owner_id: int,
    question: str,
    *,
    owners_only: bool,
    offset: int,
    count: int,
) -> PostPage:
    """Return a page of a wall's posts with these words, newest first; `InvalidParameter`, errors of `list_wall`.

    Looks through the newest `MAX_LOOKED_AT` posts, and counts what it finds among them.
    """
    beginnings = _require_words(question, "query")
    owner = await load_owner(tx, viewer_id, owner_id)
    check_open(owner)
    found: list[Post] = []
    for skipped in range(0, MAX_LOOKED_AT, LOOK_AT_ONCE):
        posts = await list_posts(
            tx,
            owner_id,
            viewer_id,
            "owner" if owners_only else "all",
            skipped,
            LOOK_AT_ONCE,
            with_friends_only=owner.shows_friends_only,
        )
        found += [post for post in posts if has_words(post.text, beginnings)]
        if len(posts) < LOOK_AT_ONCE:
            break
    pinned = await find_pinned(tx, owner_id)
    chosen = found[offset : offset + count]
    page = await gather_page(tx, viewer_id, len(found), chosen, {owner_id: owner})
    return replace(page, pinned={owner_id: pinned})


async def search_posts(
    tx: Transaction, viewer_id: int, question: str, *, cursor: Cursor, since: int, count: int
) -> tuple[int, NewsPage]:
    """Return how many public posts have these words, and those below the cursor, newest first; `InvalidParameter`.

    Where each word is in more than `MAX_HITS` posts, the newest posts are looked through instead, no more than
    `MAX_LOOKED_AT` for one page, and no more than `MAX_HITS` are told of.
    """
    beginnings = _require_words(question)
    counts = {one: await post_words.count_hits(tx, one, MAX_HITS + 1) for one in beginnings[:MAX_WORDS]}
    rarest = min(counts, key=lambda one: counts[one])
    if counts[rarest] > MAX_HITS:
        return MAX_HITS, await _look_through(tx, viewer_id, beginnings, cursor, since, count)
    posts = await post_words.list_posts_with_word(
        tx, viewer_id, rarest, since=since, until=MAX_NUMBER, count=MAX_HITS
    )
    found = [post for post in posts if has_words(post.text, beginnings)]
    below = [post for post in found if (post.created_at, post.owner_id, post.id) < cursor]
    return len(found), await gather_news(tx, viewer_id, below[:count], count)


async def _look_through(
    tx: Transaction, viewer_id: int, beginnings: list[str], cursor: Cursor, since: int, count: int
) -> NewsPage:
    """Find posts with common words among the newest; a page may be short, and still have a next one."""
    found: list[Post] = []
    place: Cursor | None = cursor
    for _ in range(0, MAX_LOOKED_AT, LOOK_AT_ONCE):
        assert place is not None
        posts = await post_words.list_public_posts(
            tx, viewer_id, since=since, before=place, count=LOOK_AT_ONCE, is_owner=False, with_hidden=True
        )
        found += [post for post in posts if has_words(post.text, beginnings)]
        is_end = len(posts) < LOOK_AT_ONCE
        place = None if is_end else (posts[-1].created_at, posts[-1].owner_id, posts[-1].id)
        if len(found) > count or is_end:
            break
    news = await gather_news(tx, viewer_id, found[:count], count)
    return news if len(found) > count else NewsPage(news.page, place)


async def list_public_posts(
    tx: Transaction, viewer_id: int, *, cursor: Cursor, since: int, count: int, with_others: bool
) -> NewsPage:
    """Return the public posts of everybody below the cursor, newest first, without hidden sources.

    `with_others` gives those too that people have written on another's wall.
    """
    posts = await post_words.list_public_posts(
        tx, viewer_id, since=since, before=cursor, count=count, is_owner=not with_others
    )
    return await gather_news(tx, viewer_id, posts, count)


def _require_words(question: str, name: str = "q") -> list[str]:
    words = fold_words(question)
    if not words:
        raise InvalidParameter(name, "there are no words in it")
    return words
