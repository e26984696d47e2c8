"""Apps: registering them, proving who they are, and what becomes of them."""

import asyncio
import hmac
import secrets
from datetime import UTC, datetime

import msgspec

from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.core.tokens import TOKEN_PREFIX
from dvor.media.pictures import check_and_render, cut_squares
from dvor.model.apps import MAX_APPS_OF_OWNER, App, AppDay, NewApp, check_app
from dvor.model.errors import (
    AppNotFound,
    OutcomeUnknown,
    QuotaExceeded,
    TooManyApps,
    UserNotFound,
    WrongAppSecret,
)
from dvor.model.tokens import Token
from dvor.store import apps as store
from dvor.store.authorizations import delete_authorizations_of_app
from dvor.store.consents import delete_consents_of_app
from dvor.store.database import Transaction
from dvor.store.files import add_bytes, insert_files, release_files
from dvor.store.tokens import delete_service_tokens, delete_tokens_of_app, insert_token
from dvor.store.users import load_users, lock_owners

KEY_PURPOSE = "app secret key"
SERVICE_PURPOSE = "app service token"
LOWEST_ID, HIGHEST_ID = 10_000_000, 2_000_000_000
"""Ids are drawn at random, so that they do not tell how many apps there are; they fit in 31 bits, as clients expect."""
DAY = 86400
ICON_SIDE = 200
"""Pixels of an icon's side."""


class AppSecrets(msgspec.Struct, frozen=True):
    """What an app proves itself with: 32 hexadecimal digits, as VK's and Sngine's clients both take, and a token."""

    secret_key: str
    service_token: str


def _draw_secrets() -> AppSecrets:
    return AppSecrets(secrets.token_hex(16), TOKEN_PREFIX + secrets.token_urlsafe(32))


def _service_row(app_id: int, text: str, now: int) -> Token:
    return Token(hash_secret(text), None, 0, "", now, 0, 0, app_id=app_id)


async def create_app(courtyard: Courtyard, owner_id: int, new: NewApp, *, is_confirmed: bool = False) -> App:
    """Register an app; no door knows it before it is confirmed.  `TooManyApps`, `InvalidParameter`."""
    check_app(new)
    drawn, now = _draw_secrets(), courtyard.now
    numbers = [LOWEST_ID + secrets.randbelow(HIGHEST_ID - LOWEST_ID) for _ in range(5)]
    sealed = _seal(courtyard, drawn)
    described = {name: getattr(new, name) for name in new.__struct_fields__}

    async def write(tx: Transaction) -> App:
        if not await load_users(tx, [owner_id]):
            raise UserNotFound(str(owner_id))
        if await store.count_apps(tx, owner_id) >= MAX_APPS_OF_OWNER:
            raise TooManyApps(f"at most {MAX_APPS_OF_OWNER}")
        for number in numbers:
            app = App(
                id=number,
                owner_id=owner_id,
                secret_key=sealed[0],
                service_token=sealed[1],
                confirmed_at=now if is_confirmed else 0,
                created_at=now,
                **described,
            )
            if await store.insert_app(tx, app):
                await insert_token(tx, _service_row(app.id, drawn.service_token, now))
                return app
        raise OutcomeUnknown("five app ids in a row were taken")

    return await courtyard.database.write(write)


def _seal(courtyard: Courtyard, drawn: AppSecrets) -> tuple[bytes, bytes]:
    key = courtyard.master_key
    return (
        key.encrypt(KEY_PURPOSE, drawn.secret_key.encode()),
        key.encrypt(SERVICE_PURPOSE, drawn.service_token.encode()),
    )


def reveal_secrets(courtyard: Courtyard, app: App) -> AppSecrets:
    """Return the secrets of an app in clear, for its owner."""
    key = courtyard.master_key
    return AppSecrets(
        key.decrypt(KEY_PURPOSE, app.secret_key).decode(),
        key.decrypt(SERVICE_PURPOSE, app.service_token).decode(),
    )


async def find_app(tx: Transaction, app_id: int) -> App:
    """Return a confirmed app; `AppNotFound`."""
    app = await store.find_app(tx, app_id) if 0 < app_id < 2**53 else None
    if app is None or not app.confirmed_at:
        raise AppNotFound(str(app_id))
    return app


async def find_own_app(tx: Transaction, owner_id: int, app_id: int) -> App:
    """Return an app of this owner, confirmed or not; `AppNotFound` for everybody else's too."""
    app = await store.find_app(tx, app_id) if 0 < app_id < 2**53 else None
    if app is None or app.owner_id != owner_id:
        raise AppNotFound(str(app_id))
    return app


async def list_own_apps(tx: Transaction, owner_id: int) -> list[App]:
    """Return an owner's apps, oldest first."""
    return await store.list_apps(tx, owner_id)


async def authenticate_app(courtyard: Courtyard, app_id: int, secret: str) -> App:
    """Return the app that proves itself by its secret key; `AppNotFound`, `WrongAppSecret`."""
    async with courtyard.database.read() as tx:
        app = await find_app(tx, app_id)
    if not is_secret_of(courtyard, app, secret):
        raise WrongAppSecret(str(app_id))
    return app


def is_secret_of(courtyard: Courtyard, app: App, secret: str) -> bool:
    """Compare a secret key in constant time."""
    right = reveal_secrets(courtyard, app).secret_key
    return hmac.compare_digest(right.encode(), secret.encode("utf-8", "replace"))


async def change_app(courtyard: Courtyard, owner_id: int, app_id: int, new: NewApp) -> None:
    """Store what the owner has changed; keys, consents and tokens stay as they are."""
    check_app(new)
    described = {name: getattr(new, name) for name in new.__struct_fields__}

    async def write(tx: Transaction) -> None:
        app = await find_own_app(tx, owner_id, app_id)
        await store.update_app(tx, msgspec.structs.replace(app, **described))

    await courtyard.database.write(write)


async def change_icon(courtyard: Courtyard, owner_id: int, app_id: int, data: bytes) -> None:
    """Make an uploaded picture the app's icon, a square; no bytes take it away.  `InvalidPicture`, `QuotaExceeded`."""
    name, sizes, now, quota = "", {}, courtyard.now, courtyard.settings.file_quota
    if data:
        square = await asyncio.to_thread(_render_icon, data, courtyard.settings.picture_pixels)
        name = await courtyard.files.keep(square)
        sizes = {name: len(square)}

    async def write(tx: Transaction) -> None:
        app = await find_own_app(tx, owner_id, app_id)
        await lock_owners(tx, [owner_id])
        await insert_files(tx, sizes, now)
        if sizes and await add_bytes(tx, owner_id, sum(sizes.values())) > quota > 0:
            raise QuotaExceeded(f"{quota} bytes")
        if app.icon:
            await release_files(tx, {app.icon})
        await store.update_app(tx, msgspec.structs.replace(app, icon=name))

    await courtyard.database.write(write)


def _render_icon(data: bytes, pixels: int) -> bytes:
    return cut_squares(check_and_render(data, pixels=pixels), (ICON_SIDE,))[ICON_SIDE]


async def confirm_app(courtyard: Courtyard, owner_id: int, app_id: int) -> None:
    """Let the doors know an app."""
    now = courtyard.now

    async def write(tx: Transaction) -> None:
        await find_own_app(tx, owner_id, app_id)
        await store.confirm_app(tx, app_id, now)

    await courtyard.database.write(write)


async def rotate_app_secrets(courtyard: Courtyard, owner_id: int, app_id: int) -> AppSecrets:
    """Give an app a new secret key and service token; the old ones are dead at once."""
    drawn, now = _draw_secrets(), courtyard.now
    sealed = _seal(courtyard, drawn)

    async def write(tx: Transaction) -> None:
        await find_own_app(tx, owner_id, app_id)
        await store.set_app_secrets(tx, app_id, *sealed)
        await delete_service_tokens(tx, app_id)
        await insert_token(tx, _service_row(app_id, drawn.service_token, now))

    await courtyard.database.write(write)
    return drawn


async def remove_app(tx: Transaction, owner_id: int, app_id: int) -> None:
    """Delete an app with everything that people have allowed it; all its tokens die."""
    app = await find_own_app(tx, owner_id, app_id)
    if app.icon:
        await release_files(tx, {app.icon})
    await delete_tokens_of_app(tx, app_id)
    await delete_authorizations_of_app(tx, app_id)
    await delete_consents_of_app(tx, app_id)
    await store.delete_app(tx, app_id)


async def list_app_days(tx: Transaction, app_id: int, now: int, count: int = 30) -> list[AppDay]:
    """Return the counts of the last days, also of those on which nothing happened, oldest first."""
    today = now // DAY
    known = {one.day: one for one in await store.list_app_days(tx, app_id, today - count + 1)}
    return [known.get(day) or AppDay(app_id, day, 0, 0, 0) for day in range(today - count + 1, today + 1)]


def date_of(day: AppDay) -> str:
    """Return the date of a count, `2026-11-21`."""
    return datetime.fromtimestamp(day.day * DAY, UTC).date().isoformat()
