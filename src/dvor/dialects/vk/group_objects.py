"""How VK and OpenVK draw a community."""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from dvor.core.privacy import Community, Owners
from dvor.dialects.vk.user_objects import Place
from dvor.methods.declaration import Call
from dvor.model.groups import GroupKind, Role

PICTURES = {
    "photo_50": "50",
    "photo_100": "100",
    "photo_200": "200",
    "photo_max": "max",
    "photo_200_orig": "200",
    "photo_400": "400",
    "photo_400_orig": "400",
    "photo_max_orig": "max",
}
BASIC_FIELDS = frozenset({"photo_50", "photo_100", "photo_200"})
"""Given with every community."""
NAME_PREFIX: dict[GroupKind, str] = {"group": "club", "page": "public", "event": "event"}


class GroupObject(Struct, frozen=True, omit_defaults=True):
    """A community; beyond the first members each is there only when it was asked for."""

    id: int
    name: str
    screen_name: str
    is_closed: int | UnsetType = UNSET
    type: str = ""
    is_member: int | UnsetType = UNSET
    is_admin: int | UnsetType = UNSET
    admin_level: int | UnsetType = UNSET
    is_advertiser: int | UnsetType = UNSET
    deactivated: str | UnsetType | None = UNSET
    can_access_closed: int | UnsetType = UNSET
    photo_50: str | UnsetType = UNSET
    photo_100: str | UnsetType = UNSET
    photo_200: str | UnsetType = UNSET
    photo_max: str | UnsetType = UNSET
    photo_200_orig: str | UnsetType = UNSET
    photo_400: str | UnsetType = UNSET
    photo_400_orig: str | UnsetType = UNSET
    photo_max_orig: str | UnsetType = UNSET
    has_photo: int | UnsetType = UNSET
    verified: int | UnsetType = UNSET
    description: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    activity: str | UnsetType = UNSET
    site: str | UnsetType | None = UNSET
    city: Place | UnsetType = UNSET
    country: Place | UnsetType = UNSET
    start_date: int | UnsetType = UNSET
    finish_date: int | UnsetType = UNSET
    members_count: int | UnsetType = UNSET
    member_status: int | UnsetType = UNSET
    wall: int | UnsetType = UNSET
    can_post: int | bool | UnsetType = UNSET
    can_see_all_posts: int | UnsetType = UNSET
    can_message: int | UnsetType = UNSET
    contacts: list[dict[str, Any]] | UnsetType = UNSET


class GroupDrawing:
    """Draws communities for one call."""

    def __init__(self, call: Call, fields: Collection[str]) -> None:
        self._call = call
        self._fields = BASIC_FIELDS.union(fields)

    def draw(self, community: Community) -> GroupObject:
        """Return a community as the viewer sees it."""
        group, standing = community.group, community.standing
        is_versioned = self._call.is_versioned
        drawn: dict[str, Any] = {
            "is_closed": int(group.access),
            "is_admin": int(standing.role > Role.NONE),
            "is_member": int(standing.is_member),
        }
        if standing.role:
            drawn["admin_level"] = min(int(standing.role), int(Role.ADMINISTRATOR))
        if is_versioned:
            drawn["is_advertiser"] = int(standing.role >= Role.ADMINISTRATOR)
        else:
            drawn["can_access_closed"] = int(community.is_open)
        if group.deactivated or not is_versioned:
            drawn["deactivated"] = group.deactivated
        for name in self._fields & PICTURES.keys():
            drawn[name] = self._picture(community, PICTURES[name])
        values = self._values(community)
        drawn.update((name, values[name]) for name in self._fields & values.keys())
        name = group.screen_name or f"{NAME_PREFIX[group.kind]}{group.id}"
        return GroupObject(group.id, group.name, name, type=group.kind, **drawn)

    def _picture(self, community: Community, size: str) -> str:
        courtyard, avatar = self._call.courtyard, community.group.avatar
        kept = avatar.get(size) or avatar.get("max")
        return courtyard.file_url(kept) if kept else f"{courtyard.public_url}/static/camera.png"

    def _values(self, community: Community) -> dict[str, Any]:
        group, place = community.group, community.group.place
        values: dict[str, Any] = {
            "verified": int(group.is_verified),
            "has_photo": int(bool(group.avatar)),
            "members_count": group.members,
            "member_status": int(community.standing.status),
            "can_see_all_posts": int(community.is_open),
            "can_post": int(community.takes_posts) if self._call.is_versioned else community.takes_posts,
            "can_message": int(group.has_messages and not group.deactivated),
            "site": place.website if place.website or self._call.is_versioned else None,
            "wall": int(group.wall_mode),
            "contacts": [],
        }
        if community.is_open or not group.deactivated:
            values |= {"description": group.description, "status": group.status, "activity": place.activity}
        if place.city:
            values["city"] = Place(place.city_id, place.city)
        if place.country:
            values["country"] = Place(place.country_id, place.country)
        if group.kind == "event":
            values |= {"start_date": place.start_date, "finish_date": place.finish_date}
        return values


def draw_groups(call: Call, owners: Owners, fields: Collection[str]) -> list[GroupObject]:
    """Return the communities beside a list, by id."""
    drawing = GroupDrawing(call, fields)
    return [
        drawing.draw(one) for _, one in sorted(owners.items(), reverse=True) if isinstance(one, Community)
    ]
