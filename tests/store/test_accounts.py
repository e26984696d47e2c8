"""Accounts: logins, second factors, backup codes."""

import asyncio

import pytest

from dvor.model.accounts import Account
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
from dvor.store.users import set_deactivated
from tests.store.people import add_users


@pytest.fixture
async def anna(database) -> int:
    (user_id,) = await add_users(database, 1)

    async def work(tx: Transaction) -> None:
        await insert_account(tx, user_id, "anna@example.com", "hash")

    await database.write(work)
    return user_id


async def test_an_account_is_found_by_login_and_by_user(database, anna) -> None:
    account = Account(anna, "anna@example.com", "hash", None, 0, 0, None, None)
    async with database.read() as tx:
        assert await find_account(tx, "anna@example.com") == account
        assert await load_account(tx, anna) == account
        assert await find_account(tx, "Anna@example.com") is None
        assert await load_account(tx, 999) is None


async def test_the_account_tells_whether_the_user_is_there(database, anna) -> None:
    async def work(tx: Transaction) -> Account | None:
        await set_deactivated(tx, anna, "deleted")
        await set_password_hash(tx, anna, "new")
        return await load_account(tx, anna)

    account = await database.write(work)
    assert account is not None
    assert (account.deactivated, account.password_hash) == ("deleted", "new")


async def test_a_login_is_taken_once_and_belongs_to_a_user(database, anna) -> None:
    (boris,) = await add_users(database, 1)

    def storing(user_id: int, login: str):
        async def work(tx: Transaction) -> None:
            await insert_account(tx, user_id, login, "hash")

        return work

    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.write(storing(boris, "anna@example.com"))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await database.write(storing(999, "nobody@example.com"))


async def test_a_step_of_the_second_factor_counts_once(database, anna) -> None:
    async def switch_on(tx: Transaction) -> None:
        await set_totp(tx, anna, b"\x00seed\xff", [])

    def using(step: int):
        async def work(tx: Transaction) -> bool:
            return await use_totp_step(tx, anna, step)

        return database.write(work)

    await database.write(switch_on)
    assert sorted(await asyncio.gather(*(using(7) for _ in range(8)))) == [False] * 7 + [True]
    assert [await using(6), await using(7), await using(8)] == [False, False, True]
    async with database.read() as tx:
        account = await load_account(tx, anna)
    assert account is not None
    assert (account.totp_seed, account.totp_last_step) == (b"\x00seed\xff", 8)


async def test_a_backup_code_is_used_up_by_one(database, anna) -> None:
    (boris,) = await add_users(database, 1)

    async def switch_on(tx: Transaction) -> None:
        await insert_account(tx, boris, "boris@example.com", "hash")
        for user_id in (anna, boris):
            await set_totp(tx, user_id, b"seed", [b"two", b"one"])

    def using(user_id: int, code: bytes):
        async def work(tx: Transaction) -> bool:
            return await use_backup_code(tx, user_id, code)

        return database.write(work)

    await database.write(switch_on)
    assert sorted(await asyncio.gather(*(using(anna, b"one") for _ in range(5)))) == [False] * 4 + [True]
    assert [await using(anna, b"three"), await using(anna, b"two"), await using(boris, b"one")] == [
        False,
        True,
        True,
    ]


async def test_switching_the_second_factor_off_drops_its_codes(database, anna) -> None:
    async def work(tx: Transaction) -> tuple[Account | None, bool]:
        await set_totp(tx, anna, b"seed", [b"one"])
        await set_totp(tx, anna, None, [])
        return await load_account(tx, anna), await use_backup_code(tx, anna, b"one")

    account, is_used = await database.write(work)
    assert account is not None
    assert account.totp_seed is None
    assert not is_used
