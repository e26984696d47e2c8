"""Who stands how to whom: the facts that the rules of `dvor.model.privacy` decide on."""

from collections.abc import Collection

from msgspec import Struct

from dvor.model.errors import GroupClosed, GroupNotFound, ProfileClosed, UserNotFound, UserUnavailable
from dvor.model.friends import Friendship
from dvor.model.groups import Group, MemberStatus, Role, Standing
from dvor.model.privacy import (
    Relation,
    may_comment_in_group,
    may_find_group,
    may_post,
    may_post_in_group,
    may_see_group,
    may_see_profile,
)
from dvor.model.users import User
from dvor.model.wall import Copy, Post
from dvor.store import privacy as store
from dvor.store.database import Transaction
from dvor.store.friend_lists import leave_lists
from dvor.store.friends import delete_friends
from dvor.store.group_members import load_standings
from dvor.store.groups import load_groups
from dvor.store.privacy import count_blocks, delete_block, insert_block, list_blocks
from dvor.store.users import load_users, lock_owners


class Person(Struct, frozen=True):
    """A user and how the viewer stands to him."""

    user: User
    relation: Relation

    @property
    def is_open(self) -> bool:
        """Say whether the viewer may see what a closed profile hides."""
        return may_see_profile(self.user, self.relation)

    @property
    def is_self(self) -> bool:
        """Say whether the viewer is this user."""
        return self.user.id == self.relation.viewer_id

    @property
    def is_managed(self) -> bool:
        """Say whether the viewer may act on what stands on this user's page: it is his own."""
        return self.is_self

    @property
    def is_edited(self) -> bool:
        """Say whether the viewer may add to this user's albums, documents and polls, and change them: they are his own."""
        return self.is_self

    @property
    def shows_friends_only(self) -> bool:
        """Say whether the viewer may see what is meant for friends."""
        return self.is_self or self.relation.friendship is Friendship.FRIENDS

    @property
    def takes_posts(self) -> bool:
        """Say whether the viewer may write on this user's wall."""
        return may_post(self.user, self.relation)

    @property
    def takes_comments(self) -> bool:
        """Say whether the viewer may comment on what this user shows."""
        return bool(self.relation.viewer_id) and self.is_open


class Community(Struct, frozen=True):
    """A community and how the viewer stands to it."""

    group: Group
    standing: Standing

    @property
    def is_open(self) -> bool:
        """Say whether the viewer may see what a closed community hides."""
        return may_see_group(self.group, self.standing)

    @property
    def is_found(self) -> bool:
        """Say whether the viewer may know that it exists."""
        return may_find_group(self.group, self.standing)

    @property
    def is_self(self) -> bool:
        """Say that no viewer is a community that he looks at; its own token counts as its creator."""
        return False

    @property
    def is_managed(self) -> bool:
        """Say whether the viewer may act on what stands on its page."""
        return self.standing.role > Role.NONE

    @property
    def is_edited(self) -> bool:
        """Say whether the viewer may add to what it shows and change that, and speak in its name."""
        return self.standing.role >= Role.EDITOR

    @property
    def shows_friends_only(self) -> bool:
        """Say whether the viewer may see what is meant for friends; communities have none."""
        return self.is_open

    @property
    def takes_posts(self) -> bool:
        """Say whether the viewer may write on its wall in his own name."""
        return may_post_in_group(self.group, self.standing)

    @property
    def takes_comments(self) -> bool:
        """Say whether the viewer may comment on what it shows."""
        return may_comment_in_group(self.group, self.standing)


People = dict[int, Person]
Communities = dict[int, Community]
"""Communities by their (positive) ids."""
Owner = Person | Community
Owners = dict[int, Owner]
"""Users and communities by owner id: a community is minus its id."""


def may_see_post(post: Post | Copy, owners: Owners) -> bool:
    """Say whether the viewer may see a post, by the owner of its wall among those that he may know of."""
    owner = owners.get(post.owner_id)
    return owner is not None and owner.is_open and (not post.is_friends_only or owner.shows_friends_only)


ITSELF = Standing(MemberStatus.MEMBER, Role.CREATOR)
"""How a community stands to itself."""


async def load_people(tx: Transaction, viewer_id: int, user_ids: Collection[int]) -> People:
    """Return the existing ones of these users with their relations to the viewer, in one query.

    Nobody stands specially to a community, nor to who comes without a token (viewer 0).
    """
    wanted = sorted({user_id for user_id in user_ids if user_id > 0})
    if viewer_id > 0:
        found = await store.load_people(tx, viewer_id, wanted)
        return {user.id: Person(user, relation) for user, relation in found}
    stranger = Relation(viewer_id)
    return {user_id: Person(user, stranger) for user_id, user in (await load_users(tx, wanted)).items()}


async def load_communities(tx: Transaction, viewer_id: int, group_ids: Collection[int]) -> Communities:
    """Return the existing ones of these communities with the viewer's standing in each, in two queries."""
    groups = await load_groups(tx, sorted(set(group_ids)))
    standings = await load_standings(tx, viewer_id, list(groups)) if viewer_id > 0 else {}
    if viewer_id < 0:
        standings[-viewer_id] = ITSELF
    return {
        group_id: Community(group, standings.get(group_id, Standing())) for group_id, group in groups.items()
    }


async def load_owners(tx: Transaction, viewer_id: int, owner_ids: Collection[int]) -> Owners:
    """Return the existing ones of these users and communities, in three queries, without private communities.

    The viewer may be a community too.
    """
    owners: Owners = {**await load_people(tx, viewer_id, owner_ids)}
    group_ids = [-owner_id for owner_id in owner_ids if owner_id < 0]
    if group_ids:
        found = await load_communities(tx, viewer_id, group_ids)
        owners |= {-group_id: one for group_id, one in found.items() if one.is_found}
    return owners


async def load_owner(tx: Transaction, viewer_id: int, owner_id: int) -> Owner:
    """Return one owner; `GroupNotFound`, `UserNotFound`, `UserUnavailable`."""
    owner = (await load_owners(tx, viewer_id, [owner_id])).get(owner_id)
    if owner is None:
        raise GroupNotFound(str(-owner_id)) if owner_id < 0 else UserNotFound(str(owner_id))
    if isinstance(owner, Person) and owner.user.deactivated:
        raise UserUnavailable(owner.user.deactivated)
    return owner


def check_open(owner: Owner) -> None:
    """Refuse what a closed profile or community hides: `ProfileClosed`, `GroupClosed`."""
    if not owner.is_open:
        raise (
            ProfileClosed(str(owner.user.id))
            if isinstance(owner, Person)
            else GroupClosed("the community is closed")
        )


async def block(tx: Transaction, owner_id: int, blocked_id: int, now: int) -> None:
    """Put a user on the owner's blacklist; a friendship or request between the two ends."""
    # the same rows as for asking: a request that is under way now ends too, or comes too late
    await lock_owners(tx, sorted([owner_id, blocked_id]))
    await insert_block(tx, owner_id, blocked_id, now)
    await delete_friends(tx, owner_id, blocked_id)
    await leave_lists(tx, owner_id, blocked_id)


async def list_blocked(
    tx: Transaction, owner_id: int, *, offset: int, count: int
) -> tuple[int, list[int], People]:
    """Return how many are on the owner's blacklist, and a page of them."""
    ids = await list_blocks(tx, owner_id, offset, count)
    return await count_blocks(tx, owner_id), ids, await load_people(tx, owner_id, ids)


async def unblock(tx: Transaction, owner_id: int, blocked_id: int) -> bool:
    """Take a user off the owner's blacklist; say whether he was on it."""
    return await delete_block(tx, owner_id, blocked_id)
