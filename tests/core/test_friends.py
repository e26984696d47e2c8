"""Friends: every step from every state, both sides of it, and two who move at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from dvor.core import friends, privacy, users
from dvor.core.courtyard import Courtyard
from dvor.model.errors import (
    BlockedByThem,
    BlockedByYou,
    CannotFriendYourself,
    FriendNotFound,
    ProfileClosed,
    TooManyFriends,
    UserNotFound,
    UserUnavailable,
)
from dvor.model.friends import MAX_FRIENDS, Friend, FriendOrder, Friendship
from dvor.store.database import Transaction
from dvor.store.friends import friend_row, load_friend, save_friends
from tests.core.conftest import NOW, Settle

# How two stand to each other, as the first one sees it.
STATES = ("none", "asked", "asked_declined", "was_asked", "has_declined", "friends")
ASKED = {"none": "asked", "was_asked": "friends", "has_declined": "friends"}
PARTED = {"asked": "none", "asked_declined": "none", "was_asked": "has_declined", "friends": "has_declined"}
MIRROR = {
    "none": "none",
    "asked": "was_asked",
    "asked_declined": "has_declined",
    "was_asked": "asked",
    "has_declined": "asked_declined",
    "friends": "friends",
}


async def add(courtyard: Courtyard, one: int, other: int, text: str = "", now: int = NOW) -> Friendship:
    """Ask, or accept."""
    return await courtyard.database.write(lambda tx: friends.add_friend(tx, one, other, text=text, now=now))


async def remove(courtyard: Courtyard, one: int, other: int) -> tuple[Friendship, Friend]:
    """Part, take back or decline."""
    return await courtyard.database.write(lambda tx: friends.remove_friend(tx, one, other, now=NOW))


async def bring(courtyard: Courtyard, one: int, other: int, state: str) -> None:
    """Bring two, who are nothing to each other, into a state."""
    if state in ("asked_declined", "was_asked", "has_declined", "friends"):
        asker, asked = (one, other) if state == "asked_declined" else (other, one)
        await add(courtyard, asker, asked)
        if state == "friends":
            await add(courtyard, asked, asker)
        elif state != "was_asked":
            await remove(courtyard, asked, asker)
    elif state == "asked":
        await add(courtyard, one, other)


async def tell(courtyard: Courtyard, one: int, other: int) -> str:
    """Return the state of two, which both their rows must agree on."""
    async with courtyard.database.read() as tx:
        mine, theirs = await load_friend(tx, one, other), await load_friend(tx, other, one)
    if mine is None or theirs is None:
        assert mine is theirs, "one side without the other"
        return "none"
    match Friendship(mine.state), Friendship(theirs.state):
        case Friendship.REQUESTED, Friendship.FOLLOWED:
            return "asked" if not theirs.is_seen else "asked_declined"
        case Friendship.FOLLOWED, Friendship.REQUESTED:
            return "was_asked" if not mine.is_seen else "has_declined"
        case Friendship.FRIENDS, Friendship.FRIENDS:
            return "friends"
    raise AssertionError((mine, theirs))


@pytest.mark.parametrize("state", STATES)
async def test_asking_from_every_state(courtyard: Courtyard, settle: Settle, state: str) -> None:
    one, other = await settle({}, {})
    await bring(courtyard, one, other, state)
    assert await tell(courtyard, one, other) == state
    before = await add(courtyard, one, other)
    after = await tell(courtyard, one, other)
    assert after == ASKED.get(state, state)
    assert await tell(courtyard, other, one) == MIRROR[after]
    named = {"none": Friendship.NONE, "friends": Friendship.FRIENDS}
    asked = Friendship.REQUESTED if state.startswith("asked") else Friendship.FOLLOWED
    assert before is named.get(state, asked)


@pytest.mark.parametrize("state", STATES)
async def test_parting_from_every_state(courtyard: Courtyard, settle: Settle, state: str) -> None:
    one, other = await settle({}, {})
    await bring(courtyard, one, other, state)
    if state in PARTED:
        before, row = await remove(courtyard, one, other)
        assert (row.user_id, row.friend_id, row.state) == (one, other, before)
    else:
        with pytest.raises(FriendNotFound):
            await remove(courtyard, one, other)
    after = await tell(courtyard, one, other)
    assert after == PARTED.get(state, state)
    assert await tell(courtyard, other, one) == MIRROR[after]


@pytest.mark.parametrize("state", STATES)
async def test_declining_in_every_state(courtyard: Courtyard, settle: Settle, state: str) -> None:
    one, other = await settle({}, {})
    await bring(courtyard, one, other, state)
    decline = courtyard.database.write(lambda tx: friends.decline_request(tx, one, other))
    if state in ("was_asked", "has_declined"):
        await decline
        assert await tell(courtyard, one, other) == "has_declined"
    else:
        with pytest.raises(FriendNotFound):
            await decline
        assert await tell(courtyard, one, other) == state


@pytest.mark.parametrize("state", STATES)
async def test_a_blacklist_ends_every_state(courtyard: Courtyard, settle: Settle, state: str) -> None:
    one, other = await settle({}, {})
    await bring(courtyard, one, other, state)
    await courtyard.database.write(lambda tx: privacy.block(tx, one, other, NOW))
    assert await tell(courtyard, one, other) == "none"
    with pytest.raises(BlockedByYou):
        await add(courtyard, one, other)
    with pytest.raises(BlockedByThem):
        await add(courtyard, other, one)
    assert await courtyard.database.write(lambda tx: privacy.unblock(tx, one, other))
    assert not await courtyard.database.write(lambda tx: privacy.unblock(tx, one, other))
    assert await add(courtyard, other, one) is Friendship.NONE


async def test_two_who_ask_each_other_at_once_are_friends(courtyard: Courtyard, settle: Settle) -> None:
    ids = await settle(*[{}] * 16)
    for one, other in zip(ids[::2], ids[1::2], strict=True):
        asking = [add(courtyard, *pair) for pair in ((one, other), (other, one))]
        before = await asyncio.gather(*asking)
        assert sorted(before) == [Friendship.NONE, Friendship.FOLLOWED]
        assert await tell(courtyard, one, other) == "friends"


Step = Callable[[Courtyard, int, int], Any]


async def test_steps_at_once_leave_both_sides_agreed(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})

    async def step(act: Step, first: int, second: int) -> None:
        try:
            await act(courtyard, first, second)
        except FriendNotFound:
            return

    for _ in range(8):
        pairs = ((one, other), (other, one))
        await asyncio.gather(*(step(act, *pair) for act in (add, remove, add) for pair in pairs))
        assert await tell(courtyard, one, other) in STATES


async def test_who_is_blocked_while_asking_is_no_friend(courtyard: Courtyard, settle: Settle) -> None:
    ids = await settle(*[{}] * 16)
    for one, other in zip(ids[::2], ids[1::2], strict=True):
        await add(courtyard, other, one)
        block = courtyard.database.write(lambda tx, one=one, other=other: privacy.block(tx, one, other, NOW))  # type: ignore[misc]
        await asyncio.gather(add(courtyard, one, other), block, return_exceptions=True)
        assert await tell(courtyard, one, other) == "none"


async def test_a_block_waits_for_who_is_asking(courtyard: Courtyard, settle: Settle) -> None:
    one, other = await settle({}, {})
    has_asked, may_commit = asyncio.Event(), asyncio.Event()

    async def ask(tx: Transaction) -> None:
        await friends.add_friend(tx, other, one, text="", now=NOW)
        has_asked.set()
        await may_commit.wait()

    asking = asyncio.create_task(courtyard.database.write(ask))
    await has_asked.wait()
    blocking = asyncio.create_task(courtyard.database.write(lambda tx: privacy.block(tx, one, other, NOW)))
    await asyncio.sleep(0.1)
    may_commit.set()
    await asyncio.gather(asking, blocking)
    assert await tell(courtyard, one, other) == "none"


async def test_not_everybody_can_be_asked(courtyard: Courtyard, settle: Settle) -> None:
    me, deleted, banned = await settle({}, {}, {})
    await courtyard.database.write(lambda tx: users.deactivate(tx, deleted, "deleted"))
    await courtyard.database.write(lambda tx: users.deactivate(tx, banned, "banned"))
    with pytest.raises(CannotFriendYourself):
        await add(courtyard, me, me)
    for other in (deleted, banned, 999, 0, -1):
        with pytest.raises(UserNotFound):
            await add(courtyard, me, other)
        with pytest.raises(FriendNotFound):
            await remove(courtyard, me, other)


async def test_a_friend_who_is_gone_can_be_removed(courtyard: Courtyard, settle: Settle) -> None:
    me, other = await settle({}, {})
    await bring(courtyard, me, other, "friends")
    await courtyard.database.write(lambda tx: users.deactivate(tx, other, "deleted"))
    assert (await remove(courtyard, me, other))[0] is Friendship.FRIENDS


@pytest.mark.parametrize("full", ["mine", "theirs"])
async def test_a_full_list_takes_nobody_in(courtyard: Courtyard, settle: Settle, full: str) -> None:
    me, other = await settle({}, {})
    one = me if full == "mine" else other
    rows = [friend_row(one, number, Friendship.FRIENDS, NOW) for number in range(10**6, 10**6 + MAX_FRIENDS)]
    await courtyard.database.write(lambda tx: save_friends(tx, rows))
    assert await add(courtyard, other, me) is Friendship.NONE, "one may ask"
    with pytest.raises(TooManyFriends):
        await add(courtyard, me, other)
    assert await tell(courtyard, me, other) == "was_asked"


async def test_requests_and_their_words(courtyard: Courtyard, settle: Settle) -> None:
    me, early, late, seen, asked = await settle({}, {}, {}, {}, {})
    await add(courtyard, early, me, "Привет", NOW)
    await add(courtyard, late, me, now=NOW + 1)
    await add(courtyard, seen, me, now=NOW + 2)
    await courtyard.database.write(lambda tx: friends.decline_request(tx, me, seen))
    await add(courtyard, me, asked, "I am new here")

    async def listed(**special: Any) -> tuple[int, list[tuple[int, str]], int]:
        params = {"is_outgoing": False, "offset": 0, "count": 10, "with_seen": False, "with_people": False}
        async with courtyard.database.read() as tx:
            page = await friends.list_requests(tx, me, **params | special)
        return page.count, [(row.friend_id, row.text) for row in page.requests], len(page.people)

    assert await listed() == (2, [(late, ""), (early, "Привет")], 0)
    assert await listed(with_seen=True, with_people=True) == (
        3,
        [(seen, ""), (late, ""), (early, "Привет")],
        3,
    )
    assert await listed(offset=1, count=1) == (2, [(early, "Привет")], 0)
    assert await listed(is_outgoing=True, with_people=True) == (1, [(asked, "I am new here")], 1)
    async with courtyard.database.read() as tx:
        assert await friends.count_open_requests(tx, me) == 2


async def test_lists_of_friends(courtyard: Courtyard, settle: Settle) -> None:
    me, boris, anna, vera, stranger = await settle(
        {}, {"first_name": "Борис"}, {"first_name": "Анна"}, {"first_name": "Вера"}, {}
    )
    for now, one in enumerate((vera, boris, anna)):
        await add(courtyard, me, one)
        await add(courtyard, one, me, now=NOW + now)

    async def listed(order: FriendOrder = "id", viewer: int = me, whose: int = me, **page: Any) -> Any:
        params = {"offset": 0, "count": 10, "with_people": False} | page
        async with courtyard.database.read() as tx:
            return await friends.list_friends(tx, viewer, whose, order=order, **params)

    assert (await listed()).user_ids == [boris, anna, vera]
    assert (await listed("name")).user_ids == [anna, boris, vera]
    assert (await listed("hints")).user_ids == [vera, boris, anna]
    page = await listed("name", stranger, offset=1, count=1, with_people=True)
    assert (page.count, page.user_ids, list(page.people)) == (3, [boris], [boris])
    assert (await listed(viewer=0)).count == 3
    with pytest.raises(UserNotFound):
        await listed(whose=999)
    await courtyard.database.write(lambda tx: users.deactivate(tx, me, "deleted"))
    with pytest.raises(UserUnavailable):
        await listed(viewer=anna)


async def test_the_list_of_a_closed_profile_is_its_friends(courtyard: Courtyard, settle: Settle) -> None:
    closed, friend, stranger = await settle({"is_closed": True}, {}, {})
    await bring(courtyard, closed, friend, "friends")
    async with courtyard.database.read() as tx:
        for viewer in (closed, friend):
            page = await friends.list_friends(
                tx, viewer, closed, order="id", offset=0, count=10, with_people=False
            )
            assert page.user_ids == [friend]
        for viewer in (stranger, 0):
            with pytest.raises(ProfileClosed):
                await friends.list_friends(
                    tx, viewer, closed, order="id", offset=0, count=10, with_people=False
                )


async def test_mutual_friends(courtyard: Courtyard, settle: Settle) -> None:
    me, first, second, shared, hers = await settle({}, {}, {}, {}, {})
    for one, other in ((me, shared), (first, shared), (first, hers), (me, first)):
        await bring(courtyard, one, other, "friends")
    await bring(courtyard, second, shared, "asked")
    async with courtyard.database.read() as tx:
        assert await friends.list_mutual(tx, me, [first, second, 999]) == {
            first: [shared],
            second: [],
            999: [],
        }


async def test_people_with_common_friends_are_suggested(courtyard: Courtyard, settle: Settle) -> None:
    me, one, two, both, single, blocker, asked = await settle(*[{}] * 7)

    async def work(tx: Transaction) -> None:
        for pair in (
            (me, one),
            (me, two),
            (one, both),
            (two, both),
            (one, single),
            (two, blocker),
            (one, asked),
        ):
            await friends.add_friend(tx, *pair, text="", now=NOW)
            await friends.add_friend(tx, pair[1], pair[0], text="", now=NOW)
        await friends.add_friend(tx, me, asked, text="", now=NOW)
        await privacy.block(tx, blocker, me, NOW)

    await courtyard.database.write(work)
    async with courtyard.database.read() as tx:
        page = await friends.list_suggestions(tx, me, offset=0, count=9)
        assert (page.count, page.user_ids) == (2, [both, single])
        assert (await friends.list_suggestions(tx, me, offset=1, count=9)).user_ids == [single]


async def test_the_latest_friends_and_no_more_requests(courtyard: Courtyard, settle: Settle) -> None:
    me, one, two, three = await settle(*[{}] * 4)

    async def work(tx: Transaction) -> None:
        for now, other in enumerate((one, two), NOW):
            await friends.add_friend(tx, me, other, text="", now=now)
            await friends.add_friend(tx, other, me, text="", now=now)
        await friends.add_friend(tx, three, me, text="", now=NOW)
        assert await friends.count_open_requests(tx, me) == 1
        await friends.decline_all_requests(tx, me)

    await courtyard.database.write(work)
    async with courtyard.database.read() as tx:
        assert await friends.list_recent(tx, me, 9) == [two, one]
        assert await friends.list_recent(tx, me, 1) == [two]
        assert await friends.count_open_requests(tx, me) == 0
        assert (await friends.list_followers(tx, me, me, offset=0, count=9)).user_ids == [three]
