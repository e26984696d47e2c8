"""Accounts as another server makes and changes them: the same that people have on the web."""

import secrets
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.accounts import check_new_password, hash_password
from dvor.core.courtyard import Courtyard
from dvor.core.deletion import delete_person
from dvor.core.hooks import tell_hooks
from dvor.core.profiles import change_personal_data, check_personal_data
from dvor.core.users import create_user, deactivate
from dvor.core.webtv_profiles import ManagedUser, get_managed, status_of
from dvor.model.accounts import fold_login
from dvor.model.errors import (
    InvalidParameter,
    LoginTaken,
    OutcomeUnknown,
    PermissionMissing,
    Refusal,
    UserNotFound,
)
from dvor.model.letters import is_address
from dvor.model.users import Details, NewUser, PersonalData, personal_data
from dvor.model.webtv_profiles import StoredProfile, WebTVProfile
from dvor.store import webtv_profiles as store
from dvor.store.accounts import (
    find_account,
    insert_account,
    set_email_verified,
    set_logins,
    set_password_hash,
)
from dvor.store.database import Transaction
from dvor.store.sessions import delete_sessions
from dvor.store.tokens import delete_tokens
from dvor.store.user_groups import add_to_user_groups, leave_user_groups, load_user_groups
from dvor.store.users import lock_owners, set_deactivated

MAX_LOGIN_LENGTH, MAX_EMAIL_LENGTH = 40, 100
OUTSIDE_HOST = "ext.auth"
"""What the logins end with of those who come from an outside identity provider (the original's own)."""
INACTIVE, ACTIVE, PENDING = 0, 1, 2


class Identity(Struct, frozen=True):
    """Who a user is at an outside identity provider; the other server vouches for it."""

    provider: str
    subject: str


class Changes(Struct, frozen=True, kw_only=True):
    """What another server says of a user; what is None, or missing in a dictionary, stays as it is.

    `personal`, `details` and `profile` have the members of `PersonalData`, `Details` and `WebTVProfile`.
    """

    login: str | None = None
    email: str | None = None
    password: str | None = None
    status: int | None = None
    access_level: int | None = None
    groups: list[int] | None = None
    personal: dict[str, Any] = {}
    details: dict[str, Any] = {}
    profile: dict[str, Any] = {}


def _check_logins(login: str, email: str) -> tuple[str, str | None]:
    """Return what the account is found by: the address, and the name beside it if that is another."""
    folded, address = fold_login(login), fold_login(email)
    if len(login) > MAX_LOGIN_LENGTH or not login.isprintable():
        raise InvalidParameter("login", f"at most {MAX_LOGIN_LENGTH} characters")
    if address and (len(email) > MAX_EMAIL_LENGTH or not is_address(address)):
        raise InvalidParameter("email", "is no e-mail address")
    if "@" in folded and folded != address and not folded.endswith(f"@{OUTSIDE_HOST}"):
        # or somebody would have another's address for a name
        raise InvalidParameter("login", "is an e-mail address, and not the user's")
    if not folded and not address:
        raise InvalidParameter("login")
    if not address:
        return folded, None
    return address, folded if folded and folded != address else None


async def _refuse_taken(tx: Transaction, names: tuple[str, str | None], user_id: int = 0) -> None:
    for name, field in zip(names, ("email" if "@" in names[0] else "login", "login"), strict=True):
        account = await find_account(tx, name) if name is not None else None
        if account is not None and account.user_id != user_id:
            raise LoginTaken(field)


async def _refuse_unknown_groups(tx: Transaction, groups: list[int] | None) -> None:
    if groups and len(await load_user_groups(tx, sorted(set(groups)))) < len(set(groups)):
        raise InvalidParameter("user_groups", "there is no such group")


async def create_managed(
    courtyard: Courtyard,
    new: Changes,
    identity: Identity | None = None,
    *,
    original_post: dict[str, str] | None = None,
) -> int:
    """Make a user who can log in everywhere, or who comes from outside; return his id.

    `original_post` is what hooks are told of the call: no secrets.

    Errors: `InvalidParameter`, `LoginTaken` (its detail is `login`, `email` or `identity`).
    """
    now = courtyard.now
    login, password = new.login or "", new.password or ""
    if identity is not None:
        login, password = f"{now}.{secrets.token_hex(4)}@{OUTSIDE_HOST}", secrets.token_urlsafe(32)
    names = _check_logins(login, new.email or "")
    check_new_password(password, names[0])
    personal: dict[str, Any] = {
        "first_name": (new.personal.get("nickname") or login or names[0])[:64],
        "last_name": "",
    }
    data = PersonalData(**(personal | new.personal), details=Details(**new.details))
    check_personal_data(data, now, needs_last_name=False)
    user = NewUser(**{name: getattr(data, name) for name in data.__struct_fields__})
    password_hash = await hash_password(password)
    status = ACTIVE if new.status is None else new.status

    async def write(tx: Transaction) -> int:
        await _refuse_taken(tx, names)
        await _refuse_unknown_groups(tx, new.groups)
        user_id = await create_user(tx, user, now)
        await insert_account(tx, user_id, names[0], password_hash)
        await set_logins(tx, user_id, *names)
        profile = replace(WebTVProfile(), login=login, modified_at=now, **new.profile)
        level = -1 if new.access_level is None else new.access_level
        await store.save_profile(tx, StoredProfile(user_id, status == PENDING, level, profile))
        if identity is not None and not await store.insert_identity(
            tx, identity.provider, identity.subject, user_id
        ):
            raise LoginTaken("identity")
        if status != ACTIVE:
            await set_deactivated(tx, user_id, "banned")
        await add_to_user_groups(tx, user_id, new.groups or [])
        await tell_hooks(tx, "registration", user_id, source="server_api", original_post=original_post)
        return user_id

    try:
        return await courtyard.database.write(write)
    except (Refusal, OutcomeUnknown):
        raise
    except Exception as error:
        # of two who want one name at once, PostgreSQL fails the second at its index
        async with courtyard.database.read() as tx:
            try:
                await _refuse_taken(tx, names)
            except LoginTaken as taken:
                raise taken from error
        raise


async def change_managed(courtyard: Courtyard, user_id: int, changes: Changes, key_id: str) -> None:
    """Store what another server says of a user; a new password or status ends his tokens and sessions.

    Errors: `UserNotFound`, `InvalidParameter`, `LoginTaken`; `PermissionMissing`, when it would let the other server in
    as an administrator of this one, or shut him out.
    """
    now = courtyard.now
    if changes.password is not None:
        check_new_password(changes.password)
    password_hash = None if changes.password is None else await hash_password(changes.password)

    async def write(tx: Transaction) -> None:
        await lock_owners(tx, [user_id])
        found = await get_managed(tx, user_id, key_id, now)
        guarded = (changes.login, changes.email, changes.password, changes.status)
        if found.user.is_administrator and any(part is not None for part in guarded):
            raise PermissionMissing("administrators")
        await _refuse_unknown_groups(tx, changes.groups)
        login = await _change_logins(tx, found, changes)
        if password_hash is not None:
            await set_password_hash(tx, user_id, password_hash)
            await delete_tokens(tx, user_id)
            await delete_sessions(tx, user_id)
        before = personal_data(found.user)
        details = replace(before.details, **changes.details)
        data = replace(before, **changes.personal, details=details)
        await store.save_profile(tx, _change_profile(found, changes, login, now))
        if changes.groups is not None:
            await leave_user_groups(tx, user_id)
            await add_to_user_groups(tx, user_id, changes.groups)
        if data != before:
            await change_personal_data(tx, user_id, data, now, needs_last_name=False)
        elif changes != Changes(status=changes.status):
            await tell_hooks(tx, "change", user_id)
        await _change_status(tx, found, changes.status)

    await courtyard.database.write(write)


async def _change_logins(tx: Transaction, found: ManagedUser, changes: Changes) -> str | None:
    """Give a user another name or address to log in with; return the name as it is shown."""
    if changes.login is None and changes.email is None:
        return None
    if found.account is None:
        raise InvalidParameter("login", "this user cannot log in")
    account = found.account
    email = account.login if "@" in account.login else ""
    login = changes.login if changes.login is not None else account.user_name or account.login
    new_email = changes.email if changes.email is not None else email
    if changes.login is None and changes.email is not None and login == account.login == email:
        login = new_email  # who logs in with his address goes on doing so
    names = _check_logins(login, new_email)
    await _refuse_taken(tx, names, account.user_id)
    await set_logins(tx, account.user_id, *names)
    if names[0] != account.login:
        await set_email_verified(tx, account.user_id, 0)
    return login


def _change_profile(found: ManagedUser, changes: Changes, login: str | None, now: int) -> StoredProfile:
    changed = changes.profile | {"modified_at": now} | ({} if login is None else {"login": login})
    stored = replace(found.stored, profile=replace(found.stored.profile, **changed))
    if changes.access_level is not None:
        stored = replace(stored, access_level=changes.access_level)
    if changes.status is not None:
        stored = replace(stored, is_pending=changes.status == PENDING)
    return stored


async def _change_status(tx: Transaction, found: ManagedUser, status: int | None) -> None:
    if status is None or status == status_of(found):
        return
    if (status == ACTIVE) != (found.user.deactivated is None):
        await deactivate(tx, found.user.id, None if status == ACTIVE else "banned")
    else:
        await tell_hooks(tx, "status_change", found.user.id)


async def set_active(
    courtyard: Courtyard, user_id: int, key_id: str, *, is_active: bool, proves_email: bool = False
) -> bool:
    """Let a user in again, or shut him out everywhere; False if that is so already.

    `proves_email` notes that a letter has reached him.  `UserNotFound`, `PermissionMissing` (an administrator).
    """
    now = courtyard.now

    async def write(tx: Transaction) -> bool:
        await lock_owners(tx, [user_id])
        found = await get_managed(tx, user_id, key_id, now)
        if found.user.is_administrator and not is_active:
            raise PermissionMissing("administrators")
        if proves_email:
            await set_email_verified(tx, user_id, now)
        if is_active == (found.user.deactivated is None):
            return False
        await store.save_profile(tx, replace(found.stored, is_pending=False))
        await deactivate(tx, user_id, None if is_active else "banned")
        return True

    return await courtyard.database.write(write)


async def delete_managed(courtyard: Courtyard, user_id: int, key_id: str) -> None:
    """Delete a user for good; `UserNotFound`, `PermissionMissing` (an administrator)."""
    now = courtyard.now

    async def write(tx: Transaction) -> None:
        await lock_owners(tx, [user_id])
        found = await get_managed(tx, user_id, key_id, now)
        if found.user.is_administrator:
            raise PermissionMissing("administrators")
        await delete_person(tx, user_id)

    await courtyard.database.write(write)


async def find_identity(tx: Transaction, identity: Identity) -> int:
    """Return the user who comes from outside under this name; `UserNotFound`."""
    user_id = await store.find_identity(tx, identity.provider, identity.subject)
    if not user_id:
        raise UserNotFound(identity.subject)
    return user_id
