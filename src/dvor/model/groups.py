"""Communities: groups, public pages and events.  As an owner, a community is minus its id."""

import enum
from typing import Literal

from msgspec import Struct

MAX_NAME = 255
MAX_DESCRIPTION = 4096
MAX_GROUPS = 5000
"""How many communities a person may be in (as on VK)."""

GroupKind = Literal["group", "page", "event"]


class GroupAccess(enum.IntEnum):
    """Who may come in, with VK's numbers of `is_closed`: all; who is let in; who is invited."""

    OPEN = 0
    CLOSED = 1
    PRIVATE = 2


class WallMode(enum.IntEnum):
    """Who may write on the wall, with VK's numbers: nobody; all; editors, others comment; editors alone."""

    OFF = 0
    OPEN = 1
    LIMITED = 2
    CLOSED = 3


class MemberStatus(enum.IntEnum):
    """How a person stands to a community, with VK's numbers of `member_status`."""

    NONE = 0
    MEMBER = 1
    REQUESTED = 4
    INVITED = 5


class Role(enum.IntEnum):
    """A manager's role; the numbers up to administrator are VK's `admin_level`."""

    NONE = 0
    MODERATOR = 1
    EDITOR = 2
    ADMINISTRATOR = 3
    CREATOR = 4


class Place(Struct, frozen=True):
    """What a community says of where it is and what it is about beyond its description."""

    city_id: int = 0
    city: str = ""
    country_id: int = 0
    country: str = ""
    website: str = ""
    activity: str = ""
    start_date: int = 0
    finish_date: int = 0


class NewGroup(Struct, frozen=True, kw_only=True):
    """What makes a community."""

    name: str
    screen_name: str | None = None
    kind: GroupKind = "group"
    access: GroupAccess = GroupAccess.OPEN
    wall_mode: WallMode = WallMode.OPEN
    description: str = ""
    status: str = ""
    place: Place = Place()
    avatar: dict[str, str] = {}
    is_verified: bool = False
    has_messages: bool = True
    deactivated: str | None = None


class Group(NewGroup, frozen=True, kw_only=True):
    """A community with how many members it has."""

    id: int
    creator_id: int
    created_at: int
    members: int


class Standing(Struct, frozen=True):
    """How a viewer stands to a community; the community itself stands to itself as its creator."""

    status: MemberStatus = MemberStatus.NONE
    role: Role = Role.NONE
    is_banned: bool = False

    @property
    def is_member(self) -> bool:
        """Say whether the viewer is in."""
        return self.status is MemberStatus.MEMBER


OUTSIDER = Standing()


class GroupMember(Struct, frozen=True):
    """A person in a community, on the way in, or a manager."""

    group_id: int
    user_id: int
    status: MemberStatus
    role: Role
    since: int
    inviter_id: int


class GroupBan(Struct, frozen=True):
    """A person on a community's blacklist; `until` 0 is for ever.  `reason` has VK's numbers 0 to 4."""

    group_id: int
    user_id: int
    manager_id: int
    reason: int
    comment: str
    is_comment_visible: bool
    created_at: int
    until: int
