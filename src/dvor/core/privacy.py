"""Who stands how to whom: the facts that the rules of `dvor.model.privacy` decide on."""

from collections.abc import Collection

from msgspec import Struct

from dvor.model.friends import Friendship
from dvor.model.privacy import STRANGER, Relation, may_see_profile
from dvor.model.users import User
from dvor.store.database import Transaction
from dvor.store.friends import delete_friends, load_friendships
from dvor.store.privacy import delete_block, insert_block, load_blocks
from dvor.store.users import load_users, lock_owners


class Person(Struct, frozen=True):
    """A user and how the viewer stands to him."""

    user: User
    relation: Relation

    @property
    def is_open(self) -> bool:
        """Say whether the viewer may see what a closed profile hides."""
        return may_see_profile(self.user, self.relation)


People = dict[int, Person]


async def load_relations(tx: Transaction, viewer_id: int, user_ids: list[int]) -> dict[int, Relation]:
    """Return how the viewer stands to each of the users, in two queries; nobody stands specially to viewer 0."""
    if not viewer_id or not user_ids:
        return dict.fromkeys(user_ids, STRANGER)
    if user_ids == [viewer_id]:
        return {viewer_id: Relation(viewer_id)}
    friendships = await load_friendships(tx, viewer_id, user_ids)
    blocks = await load_blocks(tx, viewer_id, user_ids)
    return {
        user_id: Relation(
            viewer_id,
            friendships.get(user_id, Friendship.NONE),
            (user_id, viewer_id) in blocks,
            (viewer_id, user_id) in blocks,
        )
        for user_id in user_ids
    }


async def load_people(tx: Transaction, viewer_id: int, user_ids: Collection[int]) -> People:
    """Return the existing ones of these users with their relations to the viewer, in three queries."""
    users = await load_users(tx, sorted({user_id for user_id in user_ids if user_id > 0}))
    relations = await load_relations(tx, viewer_id, list(users))
    return {user_id: Person(user, relations[user_id]) for user_id, user in users.items()}


async def block(tx: Transaction, owner_id: int, blocked_id: int, now: int) -> None:
    """Put a user on the owner's blacklist; a friendship or request between the two ends."""
    # the same rows as for asking: a request that is under way now ends too, or comes too late
    await lock_owners(tx, sorted([owner_id, blocked_id]))
    await insert_block(tx, owner_id, blocked_id, now)
    await delete_friends(tx, owner_id, blocked_id)


async def unblock(tx: Transaction, owner_id: int, blocked_id: int) -> bool:
    """Take a user off the owner's blacklist; say whether he was on it."""
    return await delete_block(tx, owner_id, blocked_id)
