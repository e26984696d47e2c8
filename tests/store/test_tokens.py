"""Access tokens, by their hash."""

import pytest

from dvor.model.tokens import FULL_SCOPE, IdentifiedToken, Token
from dvor.store.database import Transaction
from dvor.store.tokens import delete_token, delete_tokens, find_token, insert_token, list_tokens, touch_tokens
from dvor.store.users import set_deactivated
from tests.store.people import NOW, add_users


@pytest.fixture
async def people(database) -> list[int]:
    """Anna with three tokens, Boris with one."""
    anna, boris = await add_users(database, 2)
    tokens = [
        Token(b"\x00" + bytes([number]), anna, int(FULL_SCOPE), "телефон", NOW - number, 0, 0)
        for number in range(3)
    ]

    async def work(tx: Transaction) -> None:
        for token in [*tokens, Token(b"boris", boris, 2, "", NOW, NOW + 60, 0)]:
            await insert_token(tx, token)

    await database.write(work)
    return [anna, boris]


async def test_a_token_is_found_with_the_state_of_its_user(database, people) -> None:
    anna, boris = people

    async def ban(tx: Transaction) -> None:
        await set_deactivated(tx, boris, "banned")

    await database.write(ban)
    async with database.read() as tx:
        assert await find_token(tx, b"\x00\x01") == IdentifiedToken(
            b"\x00\x01", anna, int(FULL_SCOPE), "телефон", 0, None
        )
        assert await find_token(tx, b"boris") == IdentifiedToken(b"boris", boris, 2, "", NOW + 60, "banned")
        assert await find_token(tx, b"") is None


async def test_tokens_are_listed_oldest_first(database, people) -> None:
    async with database.read() as tx:
        assert [token.created_at for token in await list_tokens(tx, people[0])] == [NOW - 2, NOW - 1, NOW]
        assert await list_tokens(tx, 999) == []


async def test_a_revoked_token_is_gone_at_once(database, people) -> None:
    async def work(tx: Transaction) -> list[object]:
        return [
            await delete_token(tx, b"\x00\x01"),
            await delete_token(tx, b"\x00\x01"),
            await find_token(tx, b"\x00\x01"),
            await delete_tokens(tx, people[0]),
            await delete_tokens(tx, people[0]),
        ]

    assert await database.write(work) == [True, False, None, 2, 0]
    async with database.read() as tx:
        assert await find_token(tx, b"boris")


async def test_the_last_use_is_noted(database, people) -> None:
    async def work(tx: Transaction) -> None:
        await touch_tokens(
            tx, [{"token_hash": b"\x00\x00", "at": NOW + 5}, {"token_hash": b"gone", "at": NOW}]
        )

    await database.write(work)
    async with database.read() as tx:
        assert [token.used_at for token in await list_tokens(tx, people[0])] == [0, 0, NOW + 5]
