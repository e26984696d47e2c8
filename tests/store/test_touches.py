"""Touches: gathered in memory, written together, and never in the way."""

import logging

import pytest

from dvor.model.tokens import Token
from dvor.store import touches as module
from dvor.store.database import Transaction
from dvor.store.tokens import insert_token, list_tokens
from dvor.store.touches import Touches
from dvor.store.users import load_users
from tests.store.people import NOW, add_users
from tests.store.waiting import eventually


async def add_token(database, user_id: int, token_hash: bytes) -> None:
    token = Token(token_hash, user_id, 0, "", NOW, 0, 0)

    async def work(tx: Transaction) -> None:
        await insert_token(tx, token)

    await database.write(work)


async def seen(database, user_ids: list[int]) -> list[tuple[int | None, int | None, bool | None]]:
    async with database.read() as tx:
        users = await load_users(tx, user_ids)
    return [(users[one].seen_at, users[one].platform, users[one].is_offline) for one in user_ids]


async def test_visits_and_uses_are_written_at_a_flush(database) -> None:
    anna, boris, vera = await add_users(database, 3)
    await add_token(database, anna, b"token")
    touches = Touches(database)
    touches.see_user(boris, NOW, 7)
    touches.see_user(anna, NOW + 1, 4)
    touches.see_user(boris, NOW + 2, 2, is_offline=True)
    touches.use_token(b"token", NOW + 3)
    touches.use_token(b"token", NOW + 4)
    touches.use_token(b"revoked meanwhile", NOW)
    assert await seen(database, [anna, boris, vera]) == [(None, None, None)] * 3
    await touches.flush()
    assert await seen(database, [anna, boris]) == [(NOW + 1, 4, False), (NOW + 2, 2, True)]
    assert await seen(database, [vera]) == [(None, None, None)]
    async with database.read() as tx:
        assert [token.used_at for token in await list_tokens(tx, anna)] == [NOW + 4]
    touches.see_user(anna, NOW + 9, 7)
    await touches.flush()
    assert await seen(database, [anna]) == [(NOW + 9, 7, False)]


async def test_an_empty_flush_writes_nothing(database, monkeypatch) -> None:
    async def never(*_arguments: object, **_more: object) -> None:
        raise AssertionError("a write without need")

    monkeypatch.setattr(database, "write", never)
    await Touches(database).flush()


async def test_stopping_writes_what_has_gathered(database) -> None:
    (anna,) = await add_users(database, 1)
    touches = Touches(database)
    touches.start()
    touches.see_user(anna, NOW, 7)
    await touches.stop()
    assert await seen(database, [anna]) == [(NOW, 7, False)]


async def test_a_flush_that_fails_does_not_end_the_others(
    database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (anna,) = await add_users(database, 1)
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.01)
    touches = Touches(database)
    touches.start()
    touches.see_user(999, NOW, 7)  # there is no such user

    async def is_noted() -> bool:
        return "touches were not written" in caplog.text

    async def is_written() -> bool:
        return await seen(database, [anna]) == [(NOW, 7, False)]

    with caplog.at_level(logging.ERROR):
        await eventually(is_noted)
    touches.see_user(anna, NOW, 7)
    await eventually(is_written)
    await touches.stop()
