"""Accounts: making them, and logging in with a password and a one-time code."""

import asyncio
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import argon2
import pyotp
from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.hooks import tell_hooks
from dvor.core.secrets import MasterKey, hash_secret
from dvor.core.users import create_user
from dvor.model.accounts import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, Account, fold_login
from dvor.model.errors import (
    AccountClosed,
    FactorRequired,
    InvalidParameter,
    LoginTaken,
    OutcomeUnknown,
    Refusal,
    UserNotFound,
    WrongCredentials,
    WrongFactor,
)
from dvor.model.users import NewUser, User
from dvor.store.accounts import (
    find_account,
    insert_account,
    load_account,
    set_password_hash,
    set_totp,
    use_backup_code,
    use_totp_step,
)
from dvor.store.database import Transaction
from dvor.store.sessions import delete_sessions
from dvor.store.tokens import delete_tokens
from dvor.store.users import find_screen_names, load_users

MEMORY_KIB = 19 * 1024
"""OWASP's smallest recommended setting of argon2id: 19 MiB, two passes, one lane."""
TOTP_PURPOSE = "totp seed"
TOTP_SECONDS = 30
BACKUP_CODES = 10
SEED = re.compile(r"[A-Z2-7]{32}", re.ASCII)

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
_threads = ThreadPoolExecutor(2, thread_name_prefix="password")
_DECOY = "$argon2id$v=19$m=19456,t=2,p=1$Q1SjIGjYpYOZ1xEoRo0pNw$g1zg8wndjSjxEZzIlR6UgHh7wZ8PNvblCUSPY3or/5E"
"""Checked when there is no such account, so that the answer takes as long: the hash of a password that nobody knows."""


class Profile(Struct, frozen=True):
    """A person as he is shown to an app that he has let in; `email` is empty if his login is none."""

    user: User
    email: str
    is_email_verified: bool = False


class SecondFactor(Struct, frozen=True):
    """What a person needs to set up an authenticator: shown once."""

    seed: str
    backup_codes: list[str]


def check_new_password(password: str, login: str = "") -> None:
    """Refuse a password that is too short or too long, or the login itself: `InvalidParameter`."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidParameter("password", f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters")
    if login and fold_login(password) in (login, login.partition("@")[0]):
        raise InvalidParameter("password", "is the login")


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; takes some 20 ms of a thread."""
    if not password or len(password) > MAX_PASSWORD_LENGTH:
        raise InvalidParameter("password", f"1 to {MAX_PASSWORD_LENGTH} characters")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def create_account(courtyard: Courtyard, user: NewUser, login: str, password: str) -> int:
    """Make a user who can log in; `LoginTaken` if the login or the screen name is another's."""
    password_hash = await hash_password(password)
    now, folded = courtyard.now, fold_login(login)
    if not folded:
        raise InvalidParameter("login", "is empty")

    async def write(tx: Transaction) -> int:
        if await find_account(tx, folded) is not None:
            raise LoginTaken("login")
        user_id = await create_user(tx, user, now)
        await insert_account(tx, user_id, folded, password_hash)
        await tell_hooks(tx, "registration", user_id, source="command")
        return user_id

    try:
        return await courtyard.database.write(write)
    except (Refusal, OutcomeUnknown):
        raise
    except Exception as error:
        # of two who want one name at once, PostgreSQL fails the second at its index
        async with courtyard.database.read() as tx:
            if await find_account(tx, folded) is not None:
                raise LoginTaken("login") from error
            if user.screen_name and await find_screen_names(tx, [user.screen_name]):
                raise LoginTaken("screen_name") from error
        raise


async def log_in(courtyard: Courtyard, login: str, password: str, code: str = "") -> int:
    """Return the user behind a login, a password and, where switched on, a one-time code.

    Errors: `WrongCredentials`, `AccountClosed`, `FactorRequired` (no code given), `WrongFactor`.
    """
    async with courtyard.database.read() as tx:
        account = await find_account(tx, fold_login(login))
    right = await asyncio.get_running_loop().run_in_executor(_threads, _verify, account, password)
    if account is None or not right:
        raise WrongCredentials("login or password")
    if account.deactivated:
        raise AccountClosed(account.deactivated)
    if _hasher.check_needs_rehash(account.password_hash):
        await _store_password(courtyard, account.user_id, password)
    if account.totp_seed is not None:
        if not code:
            raise FactorRequired(account.user_id)
        await _check_code(courtyard, account, code)
    return account.user_id


def _verify(account: Account | None, password: str) -> bool:
    try:
        return _hasher.verify(account.password_hash if account else _DECOY, password[:MAX_PASSWORD_LENGTH])
    except argon2.exceptions.VerifyMismatchError:
        return False


async def check_password(courtyard: Courtyard, user_id: int, password: str) -> None:
    """Make sure that a person who is logged in knows the password too; `WrongCredentials`."""
    async with courtyard.database.read() as tx:
        account = await load_account(tx, user_id)
    right = await asyncio.get_running_loop().run_in_executor(_threads, _verify, account, password)
    if account is None or not right:
        raise WrongCredentials("password")


def _matching_steps(totp: pyotp.TOTP, now: int, code: str) -> list[int]:
    """Return which of this half-minute and its neighbours a code belongs to."""
    step = now // TOTP_SECONDS
    return [
        near
        for near in (step - 1, step, step + 1)
        if pyotp.utils.strings_equal(totp.at(near * TOTP_SECONDS), code.strip())
    ]


async def _check_code(courtyard: Courtyard, account: Account, code: str) -> None:
    """Accept the code of this half-minute or its neighbours, each once, or an unused backup code."""
    assert account.totp_seed is not None
    totp = pyotp.TOTP(courtyard.master_key.decrypt(TOTP_PURPOSE, account.totp_seed).decode())
    given = code.strip()
    matching = _matching_steps(totp, courtyard.now, given)

    async def use(tx: Transaction) -> bool:
        if matching:
            return await use_totp_step(tx, account.user_id, matching[0])
        return await use_backup_code(tx, account.user_id, hash_secret(given))

    if not await courtyard.database.write(use):
        raise WrongFactor("one-time code")


async def _store_password(courtyard: Courtyard, user_id: int, password: str) -> None:
    password_hash = await hash_password(password)
    await courtyard.database.write(lambda tx: set_password_hash(tx, user_id, password_hash))


async def change_password(courtyard: Courtyard, user_id: int, password: str) -> None:
    """Set a new password; all tokens and sessions of the user die."""
    password_hash = await hash_password(password)

    async def write(tx: Transaction) -> None:
        if await load_account(tx, user_id) is None:
            raise UserNotFound(str(user_id))
        await set_password_hash(tx, user_id, password_hash)
        await delete_tokens(tx, user_id)
        await delete_sessions(tx, user_id)

    await courtyard.database.write(write)


async def switch_on_totp(courtyard: Courtyard, user_id: int, *, seed: str = "") -> SecondFactor:
    """Require one-time codes from now on; the seed and the backup codes are shown this once."""
    factor = SecondFactor(seed or pyotp.random_base32(), [secrets.token_hex(5) for _ in range(BACKUP_CODES)])
    await _set_totp(courtyard, user_id, _seal(courtyard.master_key, factor.seed), factor.backup_codes)
    return factor


def draw_seed() -> str:
    """Return a new seed for an authenticator."""
    return pyotp.random_base32()


def describe_seed(seed: str, login: str, host: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=login, issuer_name=f"Dvor ({host})")


async def confirm_totp(courtyard: Courtyard, user_id: int, seed: str, code: str) -> SecondFactor:
    """Switch one-time codes on for a person whose authenticator shows the right one; `WrongFactor`."""
    if SEED.fullmatch(seed) is None or not _matching_steps(pyotp.TOTP(seed), courtyard.now, code):
        raise WrongFactor("one-time code")
    return await switch_on_totp(courtyard, user_id, seed=seed)


async def switch_off_totp(courtyard: Courtyard, user_id: int) -> None:
    """Require no one-time codes any more."""
    await _set_totp(courtyard, user_id, None, [])


def _seal(master_key: MasterKey, seed: str) -> bytes:
    return master_key.encrypt(TOTP_PURPOSE, seed.encode())


async def _set_totp(courtyard: Courtyard, user_id: int, sealed: bytes | None, codes: list[str]) -> None:
    hashes = [hash_secret(code) for code in codes]

    async def write(tx: Transaction) -> None:
        if await load_account(tx, user_id) is None:
            raise UserNotFound(str(user_id))
        await set_totp(tx, user_id, sealed, hashes)

    await courtyard.database.write(write)


async def has_second_factor(tx: Transaction, user_id: int) -> bool:
    """Say whether logging in as this user needs a one-time code."""
    account = await load_account(tx, user_id)
    return account is not None and account.totp_seed is not None


async def get_account(tx: Transaction, user_id: int) -> Account:
    """Return what a user logs in with; `UserNotFound` for one who cannot."""
    account = await load_account(tx, user_id)
    if account is None:
        raise UserNotFound(str(user_id))
    return account


async def find_email(tx: Transaction, user_id: int) -> str:
    """Return the e-mail address that a user logs in with, empty if the login is none."""
    account = await load_account(tx, user_id)
    return account.login if account is not None and "@" in account.login else ""


async def load_profile(tx: Transaction, user_id: int) -> Profile:
    """Return a person with his e-mail address; `UserNotFound`."""
    user = (await load_users(tx, [user_id])).get(user_id)
    if user is None:
        raise UserNotFound(str(user_id))
    account = await load_account(tx, user_id)
    return Profile(user, await find_email(tx, user_id), account is not None and account.email_verified_at > 0)
