"""Access tokens: given out once, known by their hash, dead when they expire or are revoked."""

import re

import pytest

from dvor.core import tokens
from dvor.core.courtyard import Courtyard
from dvor.core.secrets import hash_secret
from dvor.core.tokens import Caller
from dvor.core.users import deactivate
from dvor.model.errors import UserNotFound
from dvor.model.tokens import FULL_SCOPE, Scope
from tests.core.conftest import NOW, Clock, Settle


async def identify(courtyard: Courtyard, text: str) -> Caller | None:
    """Return whose token this is now."""
    async with courtyard.database.read() as tx:
        return await tokens.identify(tx, text, courtyard.now)


async def test_a_token_leads_to_its_user(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    hers = await tokens.issue_token(courtyard, anna)
    his = await tokens.issue_token(courtyard, boris, scope=Scope.WALL | Scope.FRIENDS, platform="android")
    assert await identify(courtyard, hers) == Caller(anna, FULL_SCOPE, "", hash_secret(hers))
    assert await identify(courtyard, his) == Caller(
        boris, Scope.WALL | Scope.FRIENDS, "android", hash_secret(his)
    )
    for wrong in ("", "dvor_", hers[:-1], hers.upper(), hers + " ", "x" * 10_000, "\ud800"):
        assert await identify(courtyard, wrong) is None


async def test_tokens_are_random_and_kept_only_as_hashes(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    texts = [await tokens.issue_token(courtyard, anna) for _ in range(3)]
    assert len(set(texts)) == 3, "a token is never given out twice"
    assert all(re.fullmatch(r"dvor_[A-Za-z0-9_-]{43}", text) for text in texts)
    async with courtyard.database.read() as tx:
        kept = await tokens.list_tokens(tx, anna)
    assert {token.token_hash for token in kept} == {hash_secret(text) for text in texts}
    assert {token.created_at for token in kept} == {NOW}


async def test_a_token_expires_on_the_second(courtyard: Courtyard, settle: Settle, clock: Clock) -> None:
    (anna,) = await settle({})
    short = await tokens.issue_token(courtyard, anna, lifetime=60)
    endless = await tokens.issue_token(courtyard, anna)

    async def alive(text: str) -> bool:
        async with courtyard.database.read() as tx:
            is_alive = await tokens.is_alive(tx, hash_secret(text), courtyard.now)
        assert is_alive is (await identify(courtyard, text) is not None)
        return is_alive

    clock.now = NOW + 59
    assert await alive(short)
    clock.now = NOW + 60
    assert not await alive(short)
    clock.now = NOW + 10**9
    assert not await alive(short)
    assert await alive(endless)


async def test_revoked_tokens_die_at_once(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    first, second, third = [await tokens.issue_token(courtyard, anna) for _ in range(3)]
    his = await tokens.issue_token(courtyard, boris)
    assert await courtyard.database.write(lambda tx: tokens.revoke_token(tx, first))
    assert not await courtyard.database.write(lambda tx: tokens.revoke_token(tx, first))
    assert await identify(courtyard, first) is None
    assert await identify(courtyard, second) is not None
    assert await courtyard.database.write(lambda tx: tokens.revoke_all_tokens(tx, anna)) == 2
    assert [await identify(courtyard, text) for text in (second, third)] == [None, None]
    assert await identify(courtyard, his) is not None


@pytest.mark.parametrize("state", ["deleted", "banned"])
async def test_whoever_is_closed_out_loses_his_tokens(
    courtyard: Courtyard, settle: Settle, state: str
) -> None:
    (anna,) = await settle({})
    before = await tokens.issue_token(courtyard, anna)
    await courtyard.database.write(lambda tx: deactivate(tx, anna, state))
    assert await identify(courtyard, before) is None
    later = await tokens.issue_token(courtyard, anna)
    caller = await identify(courtyard, later)
    assert caller is not None
    assert caller.deactivated == state
    async with courtyard.database.read() as tx:
        assert not await tokens.is_alive(tx, hash_secret(later), NOW)
    await courtyard.database.write(lambda tx: deactivate(tx, anna, None))
    assert await identify(courtyard, before) is None, "and does not get them back"


async def test_nobody_has_no_token(courtyard: Courtyard) -> None:
    with pytest.raises(UserNotFound):
        await tokens.issue_token(courtyard, 1)
    assert tokens.ANONYMOUS.user_id == 0
    assert not tokens.ANONYMOUS.scope
