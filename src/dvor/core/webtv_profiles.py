"""Users as WS.WebTV's server API knows them: the account that everybody has, and what only that API tells of it."""

from msgspec import Struct

from dvor.core.secrets import MasterKey
from dvor.model.accounts import Account, fold_login
from dvor.model.errors import UserNotFound
from dvor.model.users import User
from dvor.model.webtv_profiles import NO_PROFILE, WebTVProfile
from dvor.store.accounts import find_account, load_accounts
from dvor.store.database import Transaction
from dvor.store.users import load_users

KEY_PURPOSE = "webtv activation key"
KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class ManagedUser(Struct, frozen=True):
    """A user with everything that the server API tells of him; `account` is None for one who cannot log in."""

    user: User
    account: Account | None
    profile: WebTVProfile


async def load_managed(tx: Transaction, user_ids: list[int]) -> dict[int, ManagedUser]:
    """Return those of these users who are not deleted, by id, with one query a kind."""
    users = await load_users(tx, user_ids)
    accounts = await load_accounts(tx, user_ids)
    return {
        user.id: ManagedUser(user, accounts.get(user.id), NO_PROFILE)
        for user in users.values()
        if user.deactivated != "deleted"
    }


async def get_managed(tx: Transaction, user_id: int) -> ManagedUser:
    """Return one user; `UserNotFound`."""
    found = (await load_managed(tx, [user_id])).get(user_id)
    if found is None:
        raise UserNotFound(str(user_id))
    return found


async def find_by_login(tx: Transaction, login: str) -> int:
    """Return the id of the user who logs in with this; `UserNotFound`."""
    account = await find_account(tx, fold_login(login))
    if account is None or account.deactivated == "deleted":
        raise UserNotFound(login)
    return account.user_id


def activation_key(master_key: MasterKey, user_id: int) -> str:
    """Return the 20 small letters and digits that prove that a letter has reached a user; always the same for him."""
    signature = master_key.sign(KEY_PURPOSE, str(user_id).encode())
    return "".join(KEY_LETTERS[byte % len(KEY_LETTERS)] for byte in signature)
