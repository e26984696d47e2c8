"""Views: who has opened which post or photo by itself, for the statistics that other servers read."""

from dvor.core.courtyard import Courtyard
from dvor.model.photos import Audience
from dvor.model.views import ItemView, ViewedItem, ViewKind
from dvor.store.database import Transaction
from dvor.store.photos import load_photos
from dvor.store.views import list_views_of_item, list_views_of_user
from dvor.store.wall import load_posts

TITLE_LENGTH = 100


def note_views(
    courtyard: Courtyard, user_id: int, kind: ViewKind, keys: list[tuple[int, int]], now: int
) -> None:
    """Note that a user has opened these (owner, number); one's own and those of nobody in particular do not count."""
    for owner_id, item_id in keys:
        if user_id > 0 and user_id != owner_id:
            courtyard.touches.see_item(user_id, kind, owner_id, item_id, now)


async def list_viewed(tx: Transaction, user_id: int, kind: ViewKind) -> list[ViewedItem]:
    """Return what a user has opened, the latest first; what not everybody may see has no title."""
    views = await list_views_of_user(tx, user_id, kind)
    keys = [(one.owner_id, one.item_id) for one in views]
    texts: dict[tuple[int, int], str] = {}
    if kind == "post":
        for key, post in (await load_posts(tx, keys, 0)).items():
            texts[key] = "" if post.is_friends_only else post.text
    else:
        for key, photo in (await load_photos(tx, keys)).items():
            texts[key] = photo.text if photo.is_listed and photo.viewers == Audience.EVERYBODY else ""
    return [
        ViewedItem(
            one.owner_id,
            one.item_id,
            texts.get((one.owner_id, one.item_id), "")[:TITLE_LENGTH],
            one.views,
            one.seen_at,
        )
        for one in views
    ]


async def list_viewers(
    tx: Transaction, owner_id: int, kind: ViewKind, item_id: int, *, is_liked: bool
) -> list[ItemView]:
    """Return who has opened something, or (`is_liked`) only those who like it too, by id."""
    return await list_views_of_item(tx, owner_id, kind, item_id, is_liked=is_liked)
