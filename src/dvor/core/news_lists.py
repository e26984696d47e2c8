"""Lists of news: making, changing, reading and forgetting them."""

from dvor.core.privacy import load_owners
from dvor.model.errors import InvalidParameter, ListNotFound, TooManyNewsLists
from dvor.model.newsfeed import MAX_LIST_SOURCES, MAX_LIST_TITLE, MAX_NEWS_LISTS, NewsList
from dvor.store import news_lists as store
from dvor.store.database import Transaction
from dvor.store.users import lock_owners


async def load_news_lists(tx: Transaction, user_id: int) -> list[NewsList]:
    """Return a person's lists, by number."""
    return await store.load_news_lists(tx, user_id)


async def save_news_list(
    tx: Transaction, user_id: int, list_id: int, title: str, source_ids: list[int]
) -> int:
    """Make a list (number 0) or give one another title and other sources; return its number.

    Whom the person may not know of is left out.  `ListNotFound`, `TooManyNewsLists`, `InvalidParameter`.
    """
    if not title.strip() or len(title) > MAX_LIST_TITLE:
        raise InvalidParameter("title", f"has from 1 to {MAX_LIST_TITLE} characters")
    if len(source_ids) > MAX_LIST_SOURCES:
        raise InvalidParameter("source_ids", f"at most {MAX_LIST_SOURCES}")
    await lock_owners(tx, [user_id])
    known = {one.id for one in await store.load_news_lists(tx, user_id)}
    if list_id and list_id not in known:
        raise ListNotFound(str(list_id))
    free = [number for number in range(1, MAX_NEWS_LISTS + 1) if number not in known]
    if not list_id and not free:
        raise TooManyNewsLists(f"{MAX_NEWS_LISTS} are the most")
    owners = await load_owners(tx, user_id, set(source_ids))
    kept = [one for one in dict.fromkeys(source_ids) if one in owners]
    number = list_id or free[0]
    await store.save_news_list(tx, user_id, NewsList(number, title, kept))
    return number


async def delete_news_list(tx: Transaction, user_id: int, list_id: int) -> None:
    """Forget a list; `ListNotFound`."""
    if not await store.delete_news_list(tx, user_id, list_id):
        raise ListNotFound(str(list_id))
