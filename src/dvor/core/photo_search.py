"""Finding photos by the words that go with them."""

from dvor.core.photos import PhotoPage, is_shown
from dvor.core.privacy import load_owners
from dvor.model.errors import InvalidParameter
from dvor.model.words import fold_words, has_words
from dvor.store import photo_words as store
from dvor.store.database import Transaction
from dvor.store.likes import load_counters
from dvor.store.words import MAX_WORDS

MAX_HITS = 2000
"""How many photos with the rarest word of a question are looked at."""


async def search_photos(
    tx: Transaction,
    viewer_id: int,
    question: str,
    *,
    since: int,
    until: int,
    by_likes: bool,
    offset: int,
    count: int,
) -> PhotoPage:
    """Return a page of open owners' photos that have words with these beginnings, newest or most liked first.

    `InvalidParameter` without words.
    """
    beginnings = fold_words(question)
    if not beginnings:
        raise InvalidParameter("q", "there are no words in it")
    hits = {one: await store.count_hits(tx, one, MAX_HITS) for one in beginnings[:MAX_WORDS]}
    rarest = min(hits, key=lambda one: hits[one])
    found = await store.list_photos_with_word(tx, rarest, since=since, until=until, most=MAX_HITS)
    found = [one for one in found if has_words(one.text, beginnings)]
    owners = await load_owners(tx, viewer_id, {one.owner_id for one in found})
    seen = [one for one in found if is_shown(one, owners.get(one.owner_id))]
    if by_likes:
        counters = await load_counters(
            tx, "photo", sorted({(one.owner_id, one.id) for one in seen}), viewer_id
        )
        likes = {key: one.likes for key, one in counters.items()}
        seen.sort(key=lambda one: -likes.get((one.owner_id, one.id), 0))
    return PhotoPage(len(seen), seen[offset : offset + count])
