"""Profiles: what a person tells about himself, checked and kept, and the picture beside the name."""

import asyncio
import functools
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from msgspec.structs import replace

from dvor.core import photos
from dvor.core.biographies import check_biography
from dvor.core.courtyard import Courtyard
from dvor.core.hooks import tell_hooks
from dvor.core.users import check_name, check_screen_name
from dvor.media.pictures import check_and_render, cut_squares
from dvor.model.errors import InvalidParameter, QuotaExceeded, UserNotFound
from dvor.model.users import Access, PersonalData, personal_data
from dvor.store.database import Transaction
from dvor.store.files import add_bytes, insert_files
from dvor.store.name_words import save_names
from dvor.store.users import load_users, lock_owners, save_personal_data

MAX_TEXT_LENGTH, MAX_STATUS_LENGTH, MAX_LONG_LENGTH = 255, 140, 4000
LONG_TEXTS = frozenset(
    {"about", "activities", "interests", "music", "movies", "tv", "books", "games", "quotes"}
)
RELATIONS = 8
"""VK's numbers go from 0 (says nothing) to 8 (in a civil union)."""
OLDEST_YEAR, FURTHEST_YEAR = 1900, 2100
AVATAR_SIDES = (50, 100, 200, 400)


async def change_personal_data(
    tx: Transaction, user_id: int, data: PersonalData, now: int, *, needs_last_name: bool = True
) -> None:
    """Store what a person tells about himself; `InvalidParameter`, `LoginTaken` (the screen name), `UserNotFound`."""
    check_personal_data(data, now, needs_last_name=needs_last_name)
    user = (await load_users(tx, [user_id])).get(user_id)
    if user is None:
        raise UserNotFound(str(user_id))
    if data.screen_name is not None and data.screen_name != user.screen_name:
        await check_screen_name(tx, data.screen_name)
    await save_personal_data(tx, user_id, data)
    await save_names(tx, user_id, data.first_name, data.last_name, data.nickname, data.screen_name)
    await tell_hooks(tx, "change", user_id)


async def change_status(tx: Transaction, user_id: int, text: str, now: int) -> None:
    """Give a person another status; `InvalidParameter`."""
    user = (await load_users(tx, [user_id]))[user_id]
    await change_personal_data(tx, user_id, replace(personal_data(user), status=text), now)


def check_personal_data(data: PersonalData, now: int, *, needs_last_name: bool = True) -> None:
    """Refuse what is too long, no date or out of its bounds: `InvalidParameter`."""
    check_name("first_name", data.first_name)
    if needs_last_name or data.last_name:
        check_name("last_name", data.last_name)
    for name in ("nickname", "maiden_name", "home_town", "city", "country"):
        _check_length(name, getattr(data, name), MAX_TEXT_LENGTH)
    _check_length("status", data.status, MAX_STATUS_LENGTH)
    _check_range("sex", data.sex, 0, 2)
    _check_range("relation", data.relation, 0, RELATIONS)
    _check_range("birth_date_visibility", data.birth_date_visibility, 0, 2)
    for name in ("wall_access", "message_access"):
        if getattr(data, name) not in (Access.NOBODY, Access.FRIENDS, Access.EVERYONE):
            raise InvalidParameter(name, "is no choice")
    if data.birth_date is not None:
        _check_birth_date(data.birth_date, now)
    details = data.details
    for name in details.__struct_fields__:
        value = getattr(details, name)
        if isinstance(value, str):
            _check_length(name, value, MAX_LONG_LENGTH if name in LONG_TEXTS else MAX_TEXT_LENGTH)
    if details.graduation:
        _check_range("graduation", details.graduation, OLDEST_YEAR, FURTHEST_YEAR)
    check_biography(details.biography)
    if details.site and not _is_address(details.site):
        raise InvalidParameter("site", "is no address that begins with http:// or https://")


def _check_length(name: str, text: str, length: int) -> None:
    if len(text) > length:
        raise InvalidParameter(name, f"at most {length} characters")


def _check_range(name: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise InvalidParameter(name, f"{least} to {most}")


def _check_birth_date(text: str, now: int) -> None:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        raise InvalidParameter("birth_date", "is no date") from None
    today = datetime.fromtimestamp(now, UTC).date()
    if text != born.isoformat() or born.year < OLDEST_YEAR or born > today:
        raise InvalidParameter("birth_date", f"a day from {OLDEST_YEAR} to today")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
    except ValueError:
        return False


async def change_avatar(courtyard: Courtyard, user_id: int, data: bytes) -> None:
    """Make an uploaded picture a person's own, cut to squares; `InvalidPicture`, `QuotaExceeded`."""
    loop, settings = asyncio.get_running_loop(), courtyard.settings
    render = functools.partial(check_and_render, data, pixels=settings.picture_pixels)
    picture = await loop.run_in_executor(None, render)
    squares = await loop.run_in_executor(None, cut_squares, picture, AVATAR_SIDES)
    contents = {str(side): square for side, square in squares.items()} | {"max": picture.renderings[-1].data}
    avatar = {side: await courtyard.files.keep(content) for side, content in contents.items()}
    sizes = {avatar[side]: len(content) for side, content in contents.items()}
    now, quota = courtyard.now, settings.file_quota

    async def write(tx: Transaction) -> None:
        await lock_owners(tx, [user_id])
        await insert_files(tx, sizes, now)
        if await add_bytes(tx, user_id, sum(sizes.values())) > quota > 0:
            raise QuotaExceeded(f"{quota} bytes")
        await photos.change_avatar(tx, user_id, avatar)

    await courtyard.database.write(write)


async def drop_avatar(tx: Transaction, user_id: int) -> None:
    """Leave a person without a picture."""
    await photos.change_avatar(tx, user_id, {})
