"""Privacy: one set of rules for profiles, communities, walls, likes, attachments and messages.

Pure; the facts are passed in.
"""

from msgspec import Struct

from dvor.model.friends import Friendship
from dvor.model.groups import Group, GroupAccess, Role, Standing, WallMode
from dvor.model.users import Access, User


class Relation(Struct, frozen=True):
    """How a viewer stands to a user; a viewer without a token is `STRANGER`."""

    viewer_id: int = 0
    friendship: Friendship = Friendship.NONE
    blocks_viewer: bool = False
    """The user has put the viewer on the blacklist."""
    blocked_by_viewer: bool = False


STRANGER = Relation()


def may_see_profile(user: User, relation: Relation) -> bool:
    """Say whether the viewer may see what a closed profile hides: posts, friends, photos, the long profile."""
    if user.deactivated or relation.blocks_viewer:
        return False
    if user.id == relation.viewer_id:
        return True
    return not user.is_closed or relation.friendship is Friendship.FRIENDS


def may_post(user: User, relation: Relation) -> bool:
    """Say whether the viewer may write on the user's wall."""
    return _may_reach(user, relation, user.wall_access) and may_see_profile(user, relation)


def may_write(user: User, relation: Relation) -> bool:
    """Say whether the viewer may send the user a message; a closed profile alone does not forbid it."""
    return _may_reach(user, relation, user.message_access)


def _may_reach(user: User, relation: Relation, access: int) -> bool:
    if not relation.viewer_id or user.deactivated or relation.blocks_viewer:
        return False
    if user.id == relation.viewer_id:
        return True
    return access == Access.EVERYONE or (
        access == Access.FRIENDS and relation.friendship is Friendship.FRIENDS
    )


def may_see_group(group: Group, standing: Standing) -> bool:
    """Say whether the viewer may see what a closed community hides: its wall, members, photos and documents."""
    if group.deactivated or standing.is_banned:
        return False
    return group.access is GroupAccess.OPEN or standing.is_member or standing.role > Role.NONE


def may_find_group(group: Group, standing: Standing) -> bool:
    """Say whether the viewer may know that a community exists: of a private one only who is in or invited."""
    return group.access is not GroupAccess.PRIVATE or standing.status > 0 or standing.role > Role.NONE


def may_post_in_group(group: Group, standing: Standing) -> bool:
    """Say whether the viewer may write on a community's wall in his own name."""
    if not may_see_group(group, standing) or group.wall_mode is WallMode.OFF:
        return False
    return group.wall_mode is WallMode.OPEN or standing.role >= Role.EDITOR


def may_comment_in_group(group: Group, standing: Standing) -> bool:
    """Say whether the viewer may comment on what a community shows."""
    if not may_see_group(group, standing):
        return False
    return group.wall_mode in (WallMode.OPEN, WallMode.LIMITED) or standing.role > Role.NONE
