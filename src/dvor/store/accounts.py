"""Accounts: logins, password hashes, second factors."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, delete, or_, select, update

from dvor.model.accounts import Account
from dvor.store.columns import Bytes, Id, metadata
from dvor.store.database import Transaction
from dvor.store.statements import Statement, among, insert_all
from dvor.store.users import users

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("login", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("totp_seed", Bytes),
    Column("totp_last_step", Id, nullable=False),
    Column("email_verified_at", Id, nullable=False, server_default="0"),
    Column("user_name", Text),
    Index("uq_accounts_login", "login", unique=True),
    Index("uq_accounts_user_name", "user_name", unique=True),
)

backup_codes = Table(
    "backup_codes",
    metadata,
    Column("user_id", Id, ForeignKey("accounts.user_id"), primary_key=True, autoincrement=False),
    Column("code_hash", Bytes, primary_key=True),
    sqlite_with_rowid=False,
)

_user_id = bindparam("user_id", type_=Id)
_all = select(accounts, users.c.deactivated).join(users, users.c.id == accounts.c.user_id)
_login = bindparam("login", type_=Text)
_BY_LOGIN = Statement(_all.where(or_(accounts.c.login == _login, accounts.c.user_name == _login)), Account)
_BY_USER = Statement(_all.where(accounts.c.user_id == _user_id), Account)
_BY_USERS = Statement(_all.where(among(accounts.c.user_id, "user_ids")), Account)
_INSERT = Statement(insert_all(accounts))
_SET_PASSWORD = Statement(
    update(accounts)
    .where(accounts.c.user_id == _user_id)
    .values(password_hash=bindparam("value", type_=Text))
)
_SET_VERIFIED = Statement(
    update(accounts).where(accounts.c.user_id == _user_id).values(email_verified_at=bindparam("at", type_=Id))
)
_SET_LOGINS = Statement(
    update(accounts)
    .where(accounts.c.user_id == _user_id)
    .values(login=bindparam("new_login", type_=Text), user_name=bindparam("new_name", type_=Text))
)
_SET_TOTP = Statement(
    update(accounts)
    .where(accounts.c.user_id == _user_id)
    .values(totp_seed=bindparam("seed", type_=Bytes), totp_last_step=0)
)
_USE_STEP = Statement(
    update(accounts)
    .where(accounts.c.user_id == _user_id, accounts.c.totp_last_step < bindparam("step", type_=Id))
    .values(totp_last_step=bindparam("step", type_=Id))
)
_DELETE = Statement(delete(accounts).where(accounts.c.user_id == _user_id))
_INSERT_CODE = Statement(insert_all(backup_codes))
_USE_CODE = Statement(
    delete(backup_codes).where(
        backup_codes.c.user_id == _user_id, backup_codes.c.code_hash == bindparam("code_hash", type_=Bytes)
    )
)
_DROP_CODES = Statement(delete(backup_codes).where(backup_codes.c.user_id == _user_id))


async def find_account(tx: Transaction, login: str) -> Account | None:
    """Return the account of a folded login or user name."""
    return await tx.row(_BY_LOGIN, login=login)


async def load_account(tx: Transaction, user_id: int) -> Account | None:
    """Return the account of a user."""
    return await tx.row(_BY_USER, user_id=user_id)


async def load_accounts(tx: Transaction, user_ids: list[int]) -> dict[int, Account]:
    """Return the accounts of these users by id, in one query."""
    return {one.user_id: one for one in await tx.rows(_BY_USERS, user_ids=user_ids)} if user_ids else {}


async def insert_account(tx: Transaction, user_id: int, login: str, password_hash: str) -> None:
    """Store an account without a second factor."""
    await tx.run(_INSERT, **account_row(user_id, login, password_hash))


def account_row(user_id: int, login: str, password_hash: str) -> dict[str, Any]:
    """Return the row of `accounts` for an account without a second factor."""
    return {
        "user_id": user_id,
        "login": login,
        "password_hash": password_hash,
        "totp_seed": None,
        "totp_last_step": 0,
        "email_verified_at": 0,
        "user_name": None,
    }


async def set_password_hash(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Replace the password hash."""
    await tx.run(_SET_PASSWORD, user_id=user_id, value=password_hash)


async def set_logins(tx: Transaction, user_id: int, login: str, user_name: str | None) -> None:
    """Replace what a user logs in with; nobody else may have either."""
    await tx.run(_SET_LOGINS, user_id=user_id, new_login=login, new_name=user_name)


async def set_email_verified(tx: Transaction, user_id: int, now: int) -> None:
    """Note that the e-mail address is the user's."""
    await tx.run(_SET_VERIFIED, user_id=user_id, at=now)


async def set_totp(tx: Transaction, user_id: int, seed: bytes | None, code_hashes: list[bytes]) -> None:
    """Switch the second factor on (an encrypted seed and hashed backup codes) or off (None)."""
    await tx.run(_SET_TOTP, user_id=user_id, seed=seed)
    await tx.run(_DROP_CODES, user_id=user_id)
    await tx.run_many(_INSERT_CODE, [{"user_id": user_id, "code_hash": code} for code in sorted(code_hashes)])


async def delete_account(tx: Transaction, user_id: int) -> None:
    """Forget how a user logs in; the login is free again."""
    await tx.run(_DROP_CODES, user_id=user_id)
    await tx.run(_DELETE, user_id=user_id)


async def use_totp_step(tx: Transaction, user_id: int, step: int) -> bool:
    """Mark a 30-second step as used; False if it, or a later one, was used before."""
    return await tx.run(_USE_STEP, user_id=user_id, step=step) > 0


async def use_backup_code(tx: Transaction, user_id: int, code_hash: bytes) -> bool:
    """Use up a backup code; False if there is none."""
    return await tx.run(_USE_CODE, user_id=user_id, code_hash=code_hash) > 0
