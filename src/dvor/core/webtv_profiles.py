"""Users as WS.WebTV's server API knows them: the account that everybody has, and what only that API tells of it."""

from msgspec import Struct
from msgspec.structs import replace

from dvor.core.secrets import MasterKey
from dvor.model.accounts import Account, fold_login
from dvor.model.errors import UserNotFound
from dvor.model.user_groups import UserGroup
from dvor.model.users import User
from dvor.model.webtv_profiles import SESSION_SECONDS, AccessLevel, StoredProfile, UserFilter, WebTVSession
from dvor.model.words import fold_words
from dvor.store import webtv_profiles as store
from dvor.store.accounts import find_account, load_accounts
from dvor.store.database import Transaction
from dvor.store.name_words import find_named_users
from dvor.store.user_groups import list_member_ids, load_groups_of_users
from dvor.store.users import load_users
from dvor.store.webtv_sessions import load_webtv_sessions

KEY_PURPOSE = "webtv activation key"
SESSION_PURPOSE = "webtv session"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class ManagedUser(Struct, frozen=True):
    """A user with everything that the server API tells of him.

    `account` is None for one who cannot log in, `session` the one that the asking credential has opened.
    """

    user: User
    account: Account | None
    stored: StoredProfile
    groups: list[UserGroup]
    session: WebTVSession | None


async def load_managed(tx: Transaction, user_ids: list[int], key_id: str, now: int) -> list[ManagedUser]:
    """Return those of these users who are not deleted, in order, with one query a kind."""
    users = await load_users(tx, user_ids)
    accounts = await load_accounts(tx, user_ids)
    profiles = await store.load_profiles(tx, user_ids)
    groups = await load_groups_of_users(tx, user_ids)
    sessions = await load_webtv_sessions(tx, user_ids, key_id)
    return [
        ManagedUser(
            users[one],
            accounts.get(one),
            profiles.get(one) or StoredProfile(one),
            groups.get(one, []),
            session if (session := sessions.get(one)) is not None and is_good(session, now) else None,
        )
        for one in user_ids
        if one in users and users[one].deactivated != "deleted"
    ]


def is_good(session: WebTVSession, now: int) -> bool:
    """Say whether a session is not over."""
    return session.used_at > now - SESSION_SECONDS


def status_of(found: ManagedUser) -> int:
    """Return 1 for who may log in, 2 for who has yet to prove his address, and 0 for everybody else."""
    if found.user.deactivated is None:
        return 1
    return 2 if found.stored.is_pending else 0


def access_level_of(found: ManagedUser) -> int:
    """Return what a user is on a WebTV site."""
    level = found.stored.access_level
    if level >= 0:
        return level
    return AccessLevel.ADMINISTRATOR if found.user.is_administrator else AccessLevel.FREE_SUBSCRIBER


def privilege_set_of(found: ManagedUser) -> int:
    """Return the number of a user's privileges; unless it was set, that of his access level."""
    own = found.stored.profile.id_privilege_set
    return own if own >= 0 else access_level_of(found) + 1


def alias_of(found: ManagedUser) -> str:
    """Return a user's public name."""
    user = found.user
    return user.nickname or f"{user.first_name} {user.last_name}".strip()


def email_of(found: ManagedUser) -> str:
    """Return a user's address, empty if he logs in without one."""
    return found.account.login if found.account is not None and "@" in found.account.login else ""


def login_of(found: ManagedUser) -> str:
    """Return what a user logs in with, as another server has written it, or his short name if he cannot log in."""
    if found.stored.profile.login:
        return found.stored.profile.login
    if found.account is not None:
        return found.account.user_name or found.account.login
    return found.user.screen_name or f"id{found.user.id}"


async def get_managed(tx: Transaction, user_id: int, key_id: str, now: int) -> ManagedUser:
    """Return one user; `UserNotFound`."""
    found = await load_managed(tx, [user_id], key_id, now)
    if not found:
        raise UserNotFound(str(user_id))
    return found[0]


async def find_by_login(tx: Transaction, login: str) -> int:
    """Return the id of the user who logs in with this; `UserNotFound`."""
    account = await find_account(tx, fold_login(login))
    if account is None or account.deactivated == "deleted":
        raise UserNotFound(login)
    return account.user_id


async def list_managed(
    tx: Transaction,
    wanted: UserFilter,
    *,
    search: str,
    group_id: int | None,
    key_id: str,
    now: int,
    offset: int,
    count: int,
) -> tuple[int, list[ManagedUser]]:
    """Return how many users fit, and a page of them.

    `search` is the beginnings of words of their names, or exactly what one of them logs in with.
    """
    narrow: set[int] | None = None
    if group_id is not None:
        narrow = set(await list_member_ids(tx, group_id))
    if search.strip():
        found = set(await find_named_users(tx, fold_words(search)))
        account = await find_account(tx, fold_login(search))
        found |= {account.user_id} if account is not None else set()
        narrow = found if narrow is None else narrow & found
    if narrow is not None:
        wanted = replace(wanted, user_ids=sorted(narrow))
    total, ids = await store.list_user_ids(
        tx, wanted, key_id=key_id, since=now - SESSION_SECONDS, offset=offset, count=count
    )
    return total, await load_managed(tx, ids, key_id, now)


def activation_key(master_key: MasterKey, user_id: int) -> str:
    """Return the 20 small letters and digits that prove that a letter has reached a user; always the same for him."""
    return spell(master_key.sign(KEY_PURPOSE, str(user_id).encode()))


def spell(data: bytes) -> str:
    """Return a small letter or digit for each byte."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in data)


def reveal_session(master_key: MasterKey, session: WebTVSession) -> str:
    """Return the id of a session in clear."""
    return master_key.decrypt(SESSION_PURPOSE, session.sealed_id).decode()
