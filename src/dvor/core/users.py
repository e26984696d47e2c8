"""Users: making them, finding them, and what is counted of them."""

import re

from dvor.core.hooks import tell_hooks
from dvor.core.privacy import People, load_communities, load_people
from dvor.model.errors import InvalidParameter, LoginTaken, UserNotFound
from dvor.model.friends import Friendship
from dvor.model.ids import MAX_USER_ID
from dvor.model.photos import LISTED_ALBUMS, Audience
from dvor.model.users import NewUser, UserCounters
from dvor.store.albums import list_album_ids
from dvor.store.database import Transaction
from dvor.store.events import insert_receiver
from dvor.store.friends import count_friends, count_online_friends, list_mutual
from dvor.store.group_members import list_group_ids
from dvor.store.groups import find_group_names
from dvor.store.name_words import save_names
from dvor.store.photo_tags import count_new_tags, count_public_tags
from dvor.store.photos import count_photos
from dvor.store.sessions import delete_sessions
from dvor.store.tokens import delete_tokens
from dvor.store.users import (
    find_screen_names,
    insert_user,
    load_users,
    save_presences,
    set_administrator,
    set_deactivated,
)
from dvor.store.wall import count_posts

SCREEN_NAME = re.compile(r"[a-z](?:[a-z0-9_.]{0,30}[a-z0-9])", re.ASCII)
MAX_NAME_LENGTH = 64
NUMBERED_NAME = re.compile(r"id([1-9]\d{0,9})", re.ASCII)


async def create_user(tx: Transaction, user: NewUser, now: int) -> int:
    """Make a user and return the id; `LoginTaken` if the screen name is another's."""
    if user.screen_name is not None:
        await check_screen_name(tx, user.screen_name)
    user_id = await insert_user(tx, user, now)
    await insert_receiver(tx, user_id)
    await save_names(tx, user_id, user.first_name, user.last_name, user.nickname, user.screen_name)
    return user_id


def check_name(field: str, name: str) -> None:
    """Refuse what is no first or last name of a person: `InvalidParameter`."""
    if not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidParameter(field, f"1 to {MAX_NAME_LENGTH} characters")


async def check_screen_name(tx: Transaction, name: str) -> None:
    """Refuse a name that a user or a community cannot take: `InvalidParameter`, `LoginTaken`."""
    if not SCREEN_NAME.fullmatch(name) or NUMBERED_NAME.fullmatch(name):
        raise InvalidParameter("screen_name", "2 to 32 small letters, digits, dots and underscores")
    if await find_screen_names(tx, [name]) or await find_group_names(tx, [name]):
        raise LoginTaken("screen_name")


async def find_user_ids(tx: Transaction, names: list[str]) -> list[int]:
    """Return the ids that the names mean, in order: numbers, `id1`, or screen names; unknown names are left out.

    A number is taken as it is, whether such a user exists or not.
    """
    if len(together := "".join(names)) <= 10 * len(names) and together.isdecimal() and together.isascii():
        # most calls give nothing but numbers
        return [one for one in dict.fromkeys(map(int, filter(None, names))) if 0 < one <= MAX_USER_ID]
    numbers: dict[str, int] = {}
    wanted: list[str] = []
    for name in names:
        digits = name if name.isdecimal() and name.isascii() else ""
        if not digits:
            text = name.strip().lower()
            match = NUMBERED_NAME.fullmatch(text)
            digits = match[1] if match else text if text.isdecimal() and text.isascii() else ""
        if digits:
            if len(digits) <= 10 and 0 < int(digits) <= MAX_USER_ID:
                numbers[name] = int(digits)
        elif text:
            wanted.append(text)
    if not wanted:
        return list(dict.fromkeys(numbers.values()))
    found = await find_screen_names(tx, sorted(set(wanted)))
    ids = [numbers.get(name) or found.get(name.strip().lower()) for name in names]
    return list(dict.fromkeys(user_id for user_id in ids if user_id))


async def get_people(tx: Transaction, viewer_id: int, names: list[str]) -> tuple[list[int], People]:
    """Return the asked-for ids in order, and those of them that exist as the viewer may see them."""
    user_ids = await find_user_ids(tx, names)
    return user_ids, await load_people(tx, viewer_id, user_ids)


async def count_for_user(tx: Transaction, user_id: int, now: int, viewer_id: int = 0) -> UserCounters:
    """Count what a user has and shows everybody, and friends in common; only for viewers who may see the profile."""
    mutual = await list_mutual(tx, viewer_id, [user_id]) if viewer_id not in (0, user_id) else []
    albums = await list_album_ids(tx, user_id, Audience.EVERYBODY)
    communities = await load_communities(tx, 0, await list_group_ids(tx, user_id))
    return UserCounters(
        user_id=user_id,
        friends=await count_friends(tx, user_id, Friendship.FRIENDS),
        online_friends=await count_online_friends(tx, user_id, now),
        followers=await count_friends(tx, user_id, Friendship.FOLLOWED),
        subscriptions=await count_friends(tx, user_id, Friendship.REQUESTED),
        photos=await count_photos(tx, user_id, [*LISTED_ALBUMS.values(), *albums]),
        albums=len(albums),
        posts=await count_posts(tx, user_id, "all", with_friends_only=False),
        groups=sum(one.is_found for one in communities.values()),
        mutual_friends=len(mutual),
        user_photos=await count_public_tags(tx, user_id),
        new_photo_tags=await count_new_tags(tx, user_id) if viewer_id == user_id else 0,
    )


async def deactivate(tx: Transaction, user_id: int, state: str | None) -> None:
    """Delete or ban a user (his tokens die at once), or (None) take that back."""
    user = (await load_users(tx, [user_id])).get(user_id)
    if user is None:
        raise UserNotFound(str(user_id))
    if state == "deleted":
        await tell_hooks(tx, "delete", user_id)
    await set_deactivated(tx, user_id, state)
    if state is not None:
        await delete_tokens(tx, user_id)
        await delete_sessions(tx, user_id)
    if state not in ("deleted", user.deactivated):
        await tell_hooks(tx, "status_change", user_id)


async def appoint(tx: Transaction, user_id: int, *, is_administrator: bool) -> None:
    """Make a user an administrator of the server, or one no more; `UserNotFound`."""
    if not await set_administrator(tx, user_id, is_administrator=is_administrator):
        raise UserNotFound(str(user_id))


async def note_visit(
    tx: Transaction, user_id: int, platform: int, now: int, *, is_offline: bool = False
) -> None:
    """Mark a user as present from the Unix time `now` on, or as gone."""
    row = {"user_id": user_id, "seen_at": now, "platform": platform, "is_offline": is_offline}
    await save_presences(tx, [row])
