"""Accounts: making them, and logging in with a password and a one-time code."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Literal

import argon2
import pyotp
import pytest

from dvor.core import accounts
from dvor.core.accounts import (
    change_password,
    create_account,
    has_second_factor,
    log_in,
    switch_off_totp,
    switch_on_totp,
)
from dvor.core.courtyard import Courtyard
from dvor.core.tokens import identify, issue_token
from dvor.core.users import create_user, deactivate
from dvor.model.accounts import MAX_PASSWORD_LENGTH
from dvor.model.errors import (
    AccountClosed,
    FactorRequired,
    InvalidParameter,
    LoginTaken,
    Refusal,
    UserNotFound,
    WrongCredentials,
    WrongFactor,
)
from dvor.model.users import NewUser
from dvor.store.accounts import find_account, insert_account, load_account, set_password_hash
from dvor.store.database import Transaction
from dvor.store.users import count_users
from tests.core.conftest import NOW, Clock

ANNA = NewUser(first_name="Анна", last_name="Кошкина")
LOGIN, PASSWORD = "anna@example.org", "correct horse"


async def settle_anna(courtyard: Courtyard) -> int:
    """Make an account to log in to."""
    return await create_account(courtyard, ANNA, LOGIN, PASSWORD)


async def refused(action: Awaitable[object]) -> type[Refusal] | None:
    """Return with what an action is refused, None if it is not."""
    try:
        await action
    except Refusal as refusal:
        return type(refusal)
    return None


async def test_login_and_password_lead_to_the_user(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    assert await log_in(courtyard, LOGIN, PASSWORD) == user_id
    assert await log_in(courtyard, " Anna@EXAMPLE.org ", PASSWORD) == user_id
    for login, password in ((LOGIN, "wrong"), (LOGIN, ""), ("other@example.org", PASSWORD), ("", "")):
        with pytest.raises(WrongCredentials):
            await log_in(courtyard, login, password)


async def test_the_password_is_kept_only_as_an_argon2id_hash(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    async with courtyard.database.read() as tx:
        account = await load_account(tx, user_id)
    assert account is not None
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in account.password_hash


@pytest.mark.parametrize("password", ["", "x" * (MAX_PASSWORD_LENGTH + 1)])
async def test_a_password_has_bounds(courtyard: Courtyard, password: str) -> None:
    with pytest.raises(InvalidParameter):
        await create_account(courtyard, ANNA, LOGIN, password)
    with pytest.raises(InvalidParameter):
        await create_account(courtyard, ANNA, "  ", PASSWORD)
    async with courtyard.database.read() as tx:
        assert await count_users(tx) == 0


async def test_a_login_is_one_person_s(courtyard: Courtyard) -> None:
    await settle_anna(courtyard)
    with pytest.raises(LoginTaken):
        await create_account(courtyard, ANNA, LOGIN.upper(), "another")
    async with courtyard.database.read() as tx:
        assert await count_users(tx) == 1, "nothing is left of who could not get in"


@pytest.mark.parametrize("taken", ["login", "screen_name"])
async def test_of_two_who_want_one_name_at_once_one_gets_it(courtyard: Courtyard, taken: str) -> None:
    named = NewUser(first_name="N", last_name="X", screen_name="anna" if taken == "screen_name" else None)
    has_written, may_commit = asyncio.Event(), asyncio.Event()

    async def be_first(tx: Transaction) -> None:
        user_id = await create_user(tx, named, NOW)
        await insert_account(tx, user_id, LOGIN if taken == "login" else "first@example.org", "hash")
        has_written.set()
        await may_commit.wait()

    first = asyncio.create_task(courtyard.database.write(be_first))
    await has_written.wait()
    second = asyncio.create_task(create_account(courtyard, named, LOGIN, PASSWORD))
    await asyncio.sleep(0.3)
    assert not second.done(), "it waits for what becomes of the first"
    may_commit.set()
    await first
    with pytest.raises(LoginTaken, match=taken):
        await second
    async with courtyard.database.read() as tx:
        assert await count_users(tx) == 1


async def test_an_unknown_login_costs_as_much_as_a_wrong_password(
    courtyard: Courtyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle_anna(courtyard)
    checked: list[argon2.Parameters] = []

    class Watched(argon2.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            checked.append(argon2.extract_parameters(str(hash)))
            return super().verify(hash, password)

    monkeypatch.setattr(accounts, "_hasher", Watched())
    for login in (LOGIN, "nobody@example.org"):
        with pytest.raises(WrongCredentials):
            await log_in(courtyard, login, "wrong")
    assert len(checked) == 2
    assert checked[0] == checked[1]


@pytest.mark.parametrize("state", ["deleted", "banned"])
async def test_a_closed_account_is_told_apart_only_with_the_password(
    courtyard: Courtyard, state: str
) -> None:
    user_id = await settle_anna(courtyard)
    await courtyard.database.write(lambda tx: deactivate(tx, user_id, state))
    assert await refused(log_in(courtyard, LOGIN, "wrong")) is WrongCredentials
    assert await refused(log_in(courtyard, LOGIN, PASSWORD)) is AccountClosed
    await courtyard.database.write(lambda tx: deactivate(tx, user_id, None))
    assert await log_in(courtyard, LOGIN, PASSWORD) == user_id


async def test_an_old_hash_is_replaced_when_its_owner_logs_in(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await courtyard.database.write(lambda tx: set_password_hash(tx, user_id, weak))
    assert await refused(log_in(courtyard, LOGIN, "wrong")) is WrongCredentials
    assert await log_in(courtyard, LOGIN, PASSWORD) == user_id
    async with courtyard.database.read() as tx:
        account = await find_account(tx, LOGIN)
    assert account is not None
    assert f"m={accounts.MEMORY_KIB},t=2" in account.password_hash
    assert await log_in(courtyard, LOGIN, PASSWORD) == user_id


async def test_a_new_password_ends_the_old_one_and_all_tokens(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    token = await issue_token(courtyard, user_id)
    await change_password(courtyard, user_id, "new")
    assert await refused(log_in(courtyard, LOGIN, PASSWORD)) is WrongCredentials
    assert await log_in(courtyard, LOGIN, "new") == user_id
    async with courtyard.database.read() as tx:
        assert await identify(tx, token, courtyard.now) is None
    with pytest.raises(UserNotFound):
        await change_password(courtyard, user_id + 1, "new")


@pytest.fixture
def codes(clock: Clock) -> Callable[[str, int], str]:
    """Return the one-time code of a seed so many half-minutes from now."""

    def code(seed: str, steps: int = 0) -> str:
        return pyotp.TOTP(seed).at(int(clock.now) + 30 * steps)

    return code


async def test_a_one_time_code_is_needed_and_good_once(
    courtyard: Courtyard, clock: Clock, codes: Callable[..., str]
) -> None:
    user_id = await settle_anna(courtyard)
    factor = await switch_on_totp(courtyard, user_id)
    with pytest.raises(FactorRequired) as caught:
        await log_in(courtyard, LOGIN, PASSWORD)
    assert caught.value.user_id == user_id
    assert await refused(log_in(courtyard, LOGIN, "wrong", codes(factor.seed))) is WrongCredentials
    code = codes(factor.seed)
    assert await log_in(courtyard, LOGIN, PASSWORD, f" {code} ") == user_id
    assert await refused(log_in(courtyard, LOGIN, PASSWORD, code)) is WrongFactor, "used"
    assert await refused(log_in(courtyard, LOGIN, PASSWORD, codes(factor.seed, -1))) is WrongFactor, "older"
    clock.now += 30
    assert await refused(log_in(courtyard, LOGIN, PASSWORD, code)) is WrongFactor, "still used"
    assert await log_in(courtyard, LOGIN, PASSWORD, codes(factor.seed)) == user_id


async def test_of_many_who_bring_one_code_at_once_one_gets_in(
    courtyard: Courtyard, codes: Callable[..., str]
) -> None:
    user_id = await settle_anna(courtyard)
    factor = await switch_on_totp(courtyard, user_id)
    for code in (codes(factor.seed), factor.backup_codes[0]):
        outcomes = await asyncio.gather(
            *(refused(log_in(courtyard, LOGIN, PASSWORD, code)) for _ in range(6))
        )
        assert outcomes.count(None) == 1
        assert outcomes.count(WrongFactor) == 5


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_be_half_a_minute_off(
    courtyard: Courtyard, codes: Callable[..., str], steps: int, is_good: bool
) -> None:
    user_id = await settle_anna(courtyard)
    factor = await switch_on_totp(courtyard, user_id)
    outcome = await refused(log_in(courtyard, LOGIN, PASSWORD, codes(factor.seed, steps)))
    assert outcome is (None if is_good else WrongFactor)


@pytest.mark.parametrize("code", ["000000x", "١٢٣٤٥٦", "1" * 1000])
async def test_a_strange_code_is_a_wrong_one(courtyard: Courtyard, code: str) -> None:
    user_id = await settle_anna(courtyard)
    await switch_on_totp(courtyard, user_id)
    assert await refused(log_in(courtyard, LOGIN, PASSWORD, code)) is WrongFactor


async def test_backup_codes_are_good_once_each(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    factor = await switch_on_totp(courtyard, user_id)
    assert len(set(factor.backup_codes)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{10}", code) for code in factor.backup_codes)
    for code in factor.backup_codes:
        assert await log_in(courtyard, LOGIN, PASSWORD, code) == user_id
        assert await refused(log_in(courtyard, LOGIN, PASSWORD, code)) is WrongFactor


async def test_a_new_factor_ends_the_old_one(courtyard: Courtyard, codes: Callable[..., str]) -> None:
    user_id = await settle_anna(courtyard)
    old = await switch_on_totp(courtyard, user_id)
    new = await switch_on_totp(courtyard, user_id)
    for code in (codes(old.seed), old.backup_codes[0]):
        assert await refused(log_in(courtyard, LOGIN, PASSWORD, code)) is WrongFactor
    assert await log_in(courtyard, LOGIN, PASSWORD, new.backup_codes[0]) == user_id
    async with courtyard.database.read() as tx:
        assert await has_second_factor(tx, user_id)
    await switch_off_totp(courtyard, user_id)
    assert await log_in(courtyard, LOGIN, PASSWORD) == user_id
    async with courtyard.database.read() as tx:
        assert not await has_second_factor(tx, user_id)
        assert not await has_second_factor(tx, user_id + 1)
    with pytest.raises(UserNotFound):
        await switch_on_totp(courtyard, user_id + 1)


async def test_one_s_codes_are_not_another_s(courtyard: Courtyard) -> None:
    anna = await settle_anna(courtyard)
    boris = await create_account(courtyard, ANNA, "boris@example.org", PASSWORD)
    hers, his = await switch_on_totp(courtyard, anna), await switch_on_totp(courtyard, boris)
    assert await refused(log_in(courtyard, LOGIN, PASSWORD, his.backup_codes[0])) is WrongFactor
    assert await log_in(courtyard, "boris@example.org", PASSWORD, his.backup_codes[0]) == boris
    assert await log_in(courtyard, LOGIN, PASSWORD, hers.backup_codes[0]) == anna


async def test_the_seed_is_encrypted(courtyard: Courtyard) -> None:
    user_id = await settle_anna(courtyard)
    seed = (await switch_on_totp(courtyard, user_id)).seed
    async with courtyard.database.read() as tx:
        account = await load_account(tx, user_id)
    assert account is not None
    assert account.totp_seed is not None
    assert seed.encode() not in account.totp_seed
    assert courtyard.master_key.decrypt(accounts.TOTP_PURPOSE, account.totp_seed) == seed.encode()
