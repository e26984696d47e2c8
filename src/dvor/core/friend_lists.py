"""A person's lists of friends: only he sees them."""

from dvor.model.errors import InvalidParameter, ListNotFound, TooManyLists
from dvor.model.friends import MAX_LIST_NAME, MAX_LISTS, FriendList, Friendship
from dvor.store import friend_lists as store
from dvor.store.database import Transaction
from dvor.store.friends import load_friendships
from dvor.store.users import lock_owners

load_lists = store.load_lists


async def add_list(tx: Transaction, user_id: int, name: str, friend_ids: list[int]) -> int:
    """Make a list of friends and return its number, the lowest that is free; `TooManyLists`, `InvalidParameter`."""
    _check_name(name)
    await lock_owners(tx, [user_id])
    taken = {one.id for one in await store.load_lists(tx, user_id)}
    free = [number for number in range(1, MAX_LISTS + 1) if number not in taken]
    if not free:
        raise TooManyLists
    await store.insert_list(tx, user_id, free[0], name)
    await store.add_members(tx, user_id, free[0], await _keep_friends(tx, user_id, friend_ids))
    return free[0]


async def edit_list(
    tx: Transaction,
    user_id: int,
    list_id: int,
    *,
    name: str = "",
    friend_ids: list[int] | None = None,
    added: list[int],
    removed: list[int],
) -> None:
    """Rename a list, say who is on it (None: nobody said), add and remove; `ListNotFound`, `InvalidParameter`."""
    await lock_owners(tx, [user_id])
    await _find(tx, user_id, list_id)
    if name:
        _check_name(name)
        await store.rename_list(tx, user_id, list_id, name)
    before = await store.load_members(tx, user_id, list_id)
    wanted = set(before if friend_ids is None else friend_ids) | set(added)
    wanted -= set(removed)
    await store.remove_members(tx, user_id, list_id, [one for one in before if one not in wanted])
    fresh = [one for one in wanted if one not in before]
    await store.add_members(tx, user_id, list_id, await _keep_friends(tx, user_id, fresh))


async def delete_list(tx: Transaction, user_id: int, list_id: int) -> None:
    """Remove a list; `ListNotFound`."""
    await lock_owners(tx, [user_id])
    await _find(tx, user_id, list_id)
    await store.delete_list(tx, user_id, list_id)


async def put_on_lists(tx: Transaction, user_id: int, friend_id: int, list_ids: list[int]) -> None:
    """Put a friend on these of one's lists and on no others; `ListNotFound`, `InvalidParameter` (no friend)."""
    await lock_owners(tx, [user_id])
    if not await _keep_friends(tx, user_id, [friend_id]):
        raise InvalidParameter("user_id", "is no friend")
    for list_id in list_ids:
        await _find(tx, user_id, list_id)
    before = [list_id for _, list_id in await store.load_lists_of(tx, user_id, [friend_id])]
    for list_id in set(before) - set(list_ids):
        await store.remove_members(tx, user_id, list_id, [friend_id])
    for list_id in set(list_ids) - set(before):
        await store.add_members(tx, user_id, list_id, [friend_id])


async def load_members(tx: Transaction, user_id: int, list_id: int) -> set[int]:
    """Return who is on one of a person's lists; `ListNotFound`."""
    await _find(tx, user_id, list_id)
    return set(await store.load_members(tx, user_id, list_id))


async def load_list(tx: Transaction, user_id: int, list_id: int) -> list[int]:
    """Return who is on one of a person's lists; `ListNotFound`."""
    await _find(tx, user_id, list_id)
    return await store.load_members(tx, user_id, list_id)


async def load_lists_of(tx: Transaction, user_id: int, friend_ids: list[int]) -> dict[int, list[int]]:
    """Return the numbers of a person's lists on which each of these friends is."""
    found: dict[int, list[int]] = {friend_id: [] for friend_id in friend_ids}
    for friend_id, list_id in await store.load_lists_of(tx, user_id, friend_ids):
        found[friend_id].append(list_id)
    return found


async def _find(tx: Transaction, user_id: int, list_id: int) -> FriendList:
    for one in await store.load_lists(tx, user_id):
        if one.id == list_id:
            return one
    raise ListNotFound(str(list_id))


async def _keep_friends(tx: Transaction, user_id: int, friend_ids: list[int]) -> list[int]:
    """Return those who are friends, each once."""
    found = await load_friendships(tx, user_id, sorted(set(friend_ids)))
    return [one for one, state in found.items() if state is Friendship.FRIENDS]


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > MAX_LIST_NAME:
        raise InvalidParameter("name", f"1 to {MAX_LIST_NAME} characters")
