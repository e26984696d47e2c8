"""User groups: another server sorts the users into them; they are not communities."""

from dvor.model.errors import GroupNotFound, InvalidParameter, LoginTaken, UserNotFound
from dvor.model.user_groups import MAX_TITLE_LENGTH, UserGroup, UserGroupCount
from dvor.store import user_groups as store
from dvor.store.database import Transaction
from dvor.store.users import load_users


def check_title(title: str) -> str:
    """Return a title without spaces around it; `InvalidParameter`."""
    title = title.strip()
    if not title or len(title) > MAX_TITLE_LENGTH or not title.isprintable():
        raise InvalidParameter("title", f"1 to {MAX_TITLE_LENGTH} characters")
    return title


async def create_user_group(tx: Transaction, title: str, now: int) -> int:
    """Make a group and return its id; `InvalidParameter`, `LoginTaken` (another has the title)."""
    group_id = await store.insert_user_group(tx, check_title(title), now)
    if not group_id:
        raise LoginTaken("title")
    return group_id


async def get_user_group(tx: Transaction, group_id: int) -> UserGroup:
    """Return a group; `GroupNotFound`."""
    found = (await store.load_user_groups(tx, [group_id])).get(group_id)
    if found is None:
        raise GroupNotFound(str(group_id))
    return found


async def list_user_groups(tx: Transaction, *, offset: int, count: int) -> tuple[int, list[UserGroupCount]]:
    """Return how many groups there are, and a page of them, oldest first."""
    return await store.list_user_groups(tx, offset=offset, count=count)


async def rename_user_group(tx: Transaction, group_id: int, title: str) -> None:
    """Give a group another title; `GroupNotFound`, `InvalidParameter`, `LoginTaken`."""
    title = check_title(title)
    await get_user_group(tx, group_id)
    other = await store.find_user_group(tx, title)
    if other is not None and other.id != group_id:
        raise LoginTaken("title")
    await store.set_user_group_title(tx, group_id, title)


async def delete_user_group(tx: Transaction, group_id: int) -> None:
    """Delete a group; its users stay.  `GroupNotFound`."""
    if not await store.delete_user_group(tx, group_id):
        raise GroupNotFound(str(group_id))


async def add_to_user_group(tx: Transaction, group_id: int, user_id: int) -> None:
    """Put a user into a group, in which he may be already; `GroupNotFound`, `UserNotFound`."""
    await get_user_group(tx, group_id)
    user = (await load_users(tx, [user_id])).get(user_id)
    if user is None or user.deactivated == "deleted":
        raise UserNotFound(str(user_id))
    await store.add_to_user_groups(tx, user_id, [group_id])


async def remove_from_user_group(tx: Transaction, group_id: int, user_id: int) -> bool:
    """Take a user out of a group; say whether he was in it.  `GroupNotFound`."""
    await get_user_group(tx, group_id)
    return await store.remove_from_user_group(tx, user_id, group_id)
