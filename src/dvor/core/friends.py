"""Friends: asking, accepting, parting; the lists of friends and requests."""

from collections.abc import Collection

from msgspec import Struct

from dvor.core.courtyard import Courtyard
from dvor.core.events import tell, tell_now
from dvor.core.friend_lists import load_members
from dvor.core.notifications import notify, take_back
from dvor.core.privacy import People, check_open, load_owner, load_people
from dvor.model.errors import (
    BlockedByThem,
    BlockedByYou,
    CannotFriendYourself,
    FriendNotFound,
    TooManyFriends,
    UserNotFound,
)
from dvor.model.events import PersonEvent, Pulse
from dvor.model.friends import MAX_FRIENDS, Friend, FriendOrder, Friendship
from dvor.model.notifications import Notification, NotificationKind
from dvor.model.users import Platform
from dvor.store import friends as store
from dvor.store.database import Transaction
from dvor.store.friend_lists import leave_lists
from dvor.store.users import lock_owners

SUGGESTING_FRIENDS, MAX_SUGGESTIONS = 500, 500
"""Of how many friends the friends are looked at, and how many strangers are suggested."""


class FriendPage(Struct, frozen=True):
    """A page of friends: how many there are in all, the ids of the page, and these people if asked for."""

    count: int
    user_ids: list[int]
    people: People


class RequestPage(Struct, frozen=True):
    """A page of requests: how many there are in all, and the page, newest first."""

    count: int
    requests: list[Friend]
    people: People


async def list_friends(
    tx: Transaction,
    viewer_id: int,
    user_id: int,
    *,
    order: FriendOrder,
    offset: int,
    count: int,
    with_people: bool,
    list_id: int = 0,
) -> FriendPage:
    """Return a page of a user's friends; `ProfileClosed` where the viewer may not see them.

    `list_id` keeps those on one of the viewer's own lists (`ListNotFound`).
    """
    if user_id != viewer_id:
        check_open(await load_owner(tx, viewer_id, user_id))
    if list_id:
        members = await load_members(tx, user_id if user_id == viewer_id else 0, list_id)
        everybody = await store.list_friend_ids(tx, user_id, Friendship.FRIENDS, order, 0, MAX_FRIENDS)
        chosen = [one for one in everybody if one in members]
        page = chosen[offset : offset + count]
        return FriendPage(len(chosen), page, await load_people(tx, viewer_id, page) if with_people else {})
    total = await store.count_friends(tx, user_id, Friendship.FRIENDS)
    user_ids = await store.list_friend_ids(tx, user_id, Friendship.FRIENDS, order, offset, count)
    people = await load_people(tx, viewer_id, user_ids) if with_people else {}
    return FriendPage(total, user_ids, people)


async def add_friend(tx: Transaction, user_id: int, friend_id: int, *, text: str, now: int) -> Friendship:
    """Ask for a friendship, or accept the other's request.

    Returns the state before: `NONE` (asked now), `FOLLOWED` (friends now), `REQUESTED` (asked already) or `FRIENDS`.
    """
    if friend_id == user_id:
        raise CannotFriendYourself
    # both rows are locked first: of two who ask each other at once, the second one accepts
    await lock_owners(tx, sorted([user_id, friend_id]))
    person = (await load_people(tx, user_id, [friend_id])).get(friend_id)
    if person is None or person.user.deactivated:
        raise UserNotFound(str(friend_id))
    if person.relation.blocks_viewer:
        raise BlockedByThem
    if person.relation.blocked_by_viewer:
        raise BlockedByYou
    before = person.relation.friendship
    if before is Friendship.NONE:
        mine = store.friend_row(user_id, friend_id, Friendship.REQUESTED, now, text=text)
        theirs = store.friend_row(friend_id, user_id, Friendship.FOLLOWED, now, is_seen=False, text=text)
        await store.save_friends(tx, [mine, theirs])
    elif before is Friendship.FOLLOWED:
        for one in (user_id, friend_id):
            if await store.count_friends(tx, one, Friendship.FRIENDS) >= MAX_FRIENDS:
                raise TooManyFriends
        rows = [
            store.friend_row(a, b, Friendship.FRIENDS, now)
            for a, b in ((user_id, friend_id), (friend_id, user_id))
        ]
        await store.save_friends(tx, rows)
    if before in (Friendship.NONE, Friendship.FOLLOWED):
        kind: NotificationKind = "follow" if before is Friendship.NONE else "friend_accepted"
        await notify(tx, Notification(user_id=friend_id, kind=kind, from_id=user_id, created_at=now))
        states = (
            (Friendship.REQUESTED, Friendship.FOLLOWED)
            if before is Friendship.NONE
            else (Friendship.FRIENDS, Friendship.FRIENDS)
        )
        await _tell_both(tx, (user_id, states[0]), (friend_id, states[1]), now)
    return before


async def _tell_both(tx: Transaction, one: tuple[int, int], other: tuple[int, int], now: int) -> None:
    """Tell two people, each given with how he stands to the other now, that something has changed between them."""
    told = {one[0]: PersonEvent(other[0], after=one[1]), other[0]: PersonEvent(one[0], after=other[1])}
    await tell(tx, "friend_list_changed", told, now)


async def remove_friend(
    tx: Transaction, user_id: int, friend_id: int, *, now: int
) -> tuple[Friendship, Friend]:
    """End a friendship (the other one goes on following), take a request back, or decline one.

    Returns the state before and one's own row as it was; `FriendNotFound` if there is nothing to end.
    """
    await lock_owners(tx, sorted([user_id, friend_id]))
    await leave_lists(tx, user_id, friend_id)
    row = await store.load_friend(tx, user_id, friend_id)
    if row is None or (row.state == Friendship.FOLLOWED and row.is_seen):
        raise FriendNotFound(str(friend_id))
    before = Friendship(row.state)
    if before is Friendship.REQUESTED:
        await store.delete_friends(tx, user_id, friend_id)
        states = (Friendship.NONE, Friendship.NONE)
    else:
        mine = store.friend_row(user_id, friend_id, Friendship.FOLLOWED, row.created_at, text=row.text)
        theirs = store.friend_row(friend_id, user_id, Friendship.REQUESTED, row.created_at, text=row.text)
        await store.save_friends(tx, [mine, theirs])
        states = (Friendship.FOLLOWED, Friendship.REQUESTED)
    await _tell_both(tx, (user_id, states[0]), (friend_id, states[1]), now)
    for kind in ("follow", "friend_accepted"):
        await take_back(tx, Notification(user_id=friend_id, kind=kind, from_id=user_id, created_at=0))
    return before, row


async def list_requests(
    tx: Transaction,
    user_id: int,
    *,
    is_outgoing: bool,
    offset: int,
    count: int,
    with_seen: bool,
    with_people: bool,
) -> RequestPage:
    """Return a page of the requests that wait for an answer: others' to the user, or (outgoing) his own."""
    if is_outgoing:
        state, total = Friendship.REQUESTED, await store.count_friends(tx, user_id, Friendship.REQUESTED)
    elif with_seen:
        state, total = Friendship.FOLLOWED, await store.count_friends(tx, user_id, Friendship.FOLLOWED)
    else:
        state, total = Friendship.FOLLOWED, await store.count_unseen_requests(tx, user_id)
    with_seen = with_seen or is_outgoing
    requests = await store.list_requests(tx, user_id, state, offset, count, with_seen=with_seen)
    people = await load_people(tx, user_id, [row.friend_id for row in requests]) if with_people else {}
    return RequestPage(total, requests, people)


async def decline_request(tx: Transaction, user_id: int, friend_id: int) -> None:
    """Leave the one who asked a follower; `FriendNotFound` if he did not ask."""
    row = await store.load_friend(tx, user_id, friend_id)
    if row is None or row.state != Friendship.FOLLOWED:
        raise FriendNotFound(str(friend_id))
    await store.mark_requests_seen(tx, user_id, [friend_id])


async def decline_all_requests(tx: Transaction, user_id: int) -> None:
    """Leave all who have asked followers."""
    await store.mark_all_requests_seen(tx, user_id)


async def list_recent(tx: Transaction, user_id: int, count: int) -> list[int]:
    """Return a user's latest friends, the last one first."""
    return await store.list_recent(tx, user_id, count)


async def list_suggestions(tx: Transaction, user_id: int, *, offset: int, count: int) -> FriendPage:
    """Return a page of the people with whom a user has most friends in common, but for those who stand to him already."""
    found = await store.list_suggested(tx, user_id, SUGGESTING_FRIENDS, MAX_SUGGESTIONS)
    people = await load_people(tx, user_id, [friend_id for friend_id, _ in found])
    shown = [
        friend_id
        for friend_id, _ in found
        if friend_id in people
        and not people[friend_id].user.deactivated
        and not people[friend_id].relation.blocks_viewer
        and not people[friend_id].relation.blocked_by_viewer
    ]
    return FriendPage(len(shown), shown[offset : offset + count], people)


async def count_open_requests(tx: Transaction, user_id: int) -> int:
    """Return how many requests wait for the user's answer."""
    return await store.count_unseen_requests(tx, user_id)


async def list_followers(
    tx: Transaction, viewer_id: int, user_id: int, *, offset: int, count: int
) -> FriendPage:
    """Return a page of who follows a user; errors of `load_owner`, `ProfileClosed`."""
    check_open(await load_owner(tx, viewer_id, user_id))
    total = await store.count_friends(tx, user_id, Friendship.FOLLOWED)
    user_ids = await store.list_friend_ids(tx, user_id, Friendship.FOLLOWED, "hints", offset, count)
    return FriendPage(total, user_ids, await load_people(tx, viewer_id, user_ids))


async def list_followed(tx: Transaction, user_id: int) -> list[int]:
    """Return whom a user follows."""
    return await store.list_friend_ids(tx, user_id, Friendship.REQUESTED, "hints", 0, MAX_FRIENDS)


async def load_friendships(tx: Transaction, user_id: int, user_ids: list[int]) -> dict[int, Friendship]:
    """Return how a user stands to each of these."""
    return await store.load_friendships(tx, user_id, user_ids)


async def list_online(
    tx: Transaction,
    viewer_id: int,
    user_id: int,
    *,
    offset: int,
    count: int,
    now: int,
    among: Collection[int] | None = None,
) -> tuple[list[int], list[int]]:
    """Return a user's friends who are here (`among` some), and those of them who came with a telephone.

    `ProfileClosed`.
    """
    page = await list_friends(
        tx, viewer_id, user_id, order="id", offset=0, count=MAX_FRIENDS, with_people=True
    )
    here = [
        one.user
        for one in page.people.values()
        if one.user.is_online(now) and (among is None or one.user.id in among)
    ]
    chosen = sorted(here, key=lambda user: user.id)[offset : offset + count]
    mobile = [user.id for user in chosen if user.platform is not None and user.platform < Platform.WINDOWS]
    return [user.id for user in chosen], mobile


async def tell_friends(courtyard: Courtyard, tx: Transaction, pulse: Pulse) -> None:
    """Tell a user's friends who wait just now that he has come or gone."""
    ids = await store.list_friend_ids(tx, pulse.user_id, Friendship.FRIENDS, "id", 0, MAX_FRIENDS)
    tell_now(courtyard.database, ids, pulse)


async def list_mutual_of_open(
    tx: Transaction, viewer_id: int, user_id: int, user_ids: list[int]
) -> dict[int, list[int]]:
    """Return the friends in common with those of the others whose friends the viewer may see."""
    people = await load_people(tx, viewer_id, user_ids)
    return await list_mutual(tx, user_id, [one for one in user_ids if one in people and people[one].is_open])


async def list_mutual(tx: Transaction, user_id: int, user_ids: list[int]) -> dict[int, list[int]]:
    """Return the friends that a user has in common with each of the others."""
    mutual: dict[int, list[int]] = {other_id: [] for other_id in user_ids}
    for other_id, friend_id in await store.list_mutual(tx, user_id, user_ids):
        mutual[other_id].append(friend_id)
    return mutual
