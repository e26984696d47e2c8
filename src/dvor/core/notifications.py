"""Notifications: telling people what others did that concerns them, and what they have looked at."""

from typing import get_args

from msgspec.structs import replace

from dvor.model.ids import MAX_NUMBER
from dvor.model.notifications import Notification, NotificationKind, find_mentions
from dvor.store import notifications as store
from dvor.store.database import Transaction
from dvor.store.users import load_users

KINDS: list[NotificationKind] = list(get_args(NotificationKind))


async def notify(tx: Transaction, *fresh: Notification) -> None:
    """Tell people, not communities, and nobody what he did himself."""
    told = [one for one in fresh if one.user_id > 0 and one.user_id != one.from_id]
    if told:
        await store.insert_notifications(tx, told)


async def notify_mentioned(tx: Transaction, text: str, what: Notification, known: set[int]) -> None:
    """Tell those whom a text calls, without those who are told of it anyway (`known`)."""
    called = [user_id for user_id in find_mentions(text) if user_id not in known]
    if not called:
        return
    existing = await load_users(tx, called)
    await notify(tx, *(replace(what, user_id=user_id) for user_id in sorted(existing)))


async def take_back(tx: Transaction, one: Notification) -> None:
    """Forget a notification whose cause has been undone."""
    if one.user_id > 0:
        await store.delete_notification(tx, one)


async def count_new_notifications(tx: Transaction, user_id: int) -> int:
    """Return how many notifications have come since a person last looked."""
    since = await store.find_viewed(tx, user_id) + 1
    return await store.count_notifications(tx, user_id, KINDS, since=since, until=MAX_NUMBER)


async def mark_viewed(tx: Transaction, user_id: int, now: int) -> bool:
    """Note that a person has looked at everything so far; say whether there was anything new."""
    had_new = await count_new_notifications(tx, user_id) > 0
    await store.set_viewed(tx, user_id, now)
    return had_new
