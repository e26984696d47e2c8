"""groups.*: communities, coming in and leaving."""

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from dvor.core import groups
from dvor.core.privacy import load_owner
from dvor.dialects.vk.group_objects import GroupDrawing, GroupObject
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied, GroupNotFound, InvalidParameter
from dvor.model.groups import GroupKind, MemberStatus, NewGroup, Role
from dvor.model.ids import UserId
from dvor.model.tokens import Scope

BARE_LIST_BELOW = (5, 194)
"""Below this version groups.getById answers a bare list (OpenVK's threshold; VK's schemas 5.131 and 5.199 agree)."""
KINDS: dict[str, GroupKind] = {"group": "group", "event": "event", "public": "page"}

GroupId = Annotated[int, doc("The community, above zero.", ge=1, le=1_999_999_999)]


class GroupIds(Struct, frozen=True):
    """Communities as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class GroupList(Struct, frozen=True):
    """Communities; `count` is how many there are in all."""

    count: int
    items: list[GroupObject]


class GetGroups(Params):
    """Parameters of groups.get."""

    user_id: Annotated[int, doc("Whose communities; 0 for the caller's own.", ge=0, le=1_999_999_999)] = 0
    extended: Annotated[bool, doc("Give communities instead of their ids; in OpenVK's form always.")] = False
    filter: Annotated[
        list[str], doc("`admin`, `editor` or `moder`: those where one is at least that; own ones only.")
    ] = []
    fields: Annotated[list[str], doc("Further members of the communities.")] = []
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many: 1000, in OpenVK's form 6.", ge=0, le=1000)] | None = None


LEAST_ROLES = {"admin": Role.ADMINISTRATOR, "editor": Role.EDITOR, "moder": Role.MODERATOR}


@method("groups.get", scope=Scope.GROUPS)
async def get(call: Call, params: GetGroups) -> GroupIds | GroupList:
    """Returns the communities that a person is in, the youngest first.

    VK: groups.get.
    """
    user_id = params.user_id or call.user_id
    roles = [LEAST_ROLES[name] for name in params.filter if name in LEAST_ROLES]
    if user_id != call.user_id:
        if roles:
            raise AccessDenied("filter admin is available only for current user")
        if not (await load_owner(call.tx, call.user_id, user_id)).is_open:
            raise AccessDenied("the profile is closed")
    count = params.count if params.count is not None else 1000 if call.is_versioned else 6
    page = await groups.list_groups(
        call.tx,
        call.user_id,
        user_id,
        offset=params.offset,
        count=count,
        least_role=min(roles, default=Role.NONE),
    )
    if call.is_versioned and not params.extended and not params.fields:
        return GroupIds(page.count, [one.group.id for one in page.communities])
    drawing = GroupDrawing(call, params.fields)
    return GroupList(page.count, [drawing.draw(one) for one in page.communities])


class GroupsFound(Struct, frozen=True):
    """The communities that were asked for."""

    groups: list[GroupObject]
    profiles: list[UserObject]


class GetGroupsById(Params):
    """Parameters of groups.getById."""

    group_ids: Annotated[list[str], doc("Up to 500 ids, `club1` or screen names.", max_length=500)] = []
    group_id: Annotated[str, doc("One id or screen name.", max_length=64)] = ""
    fields: Annotated[list[str], doc("Further members of the communities.")] = []


@method("groups.getById", needs_user=False, for_groups=True)
async def get_by_id(call: Call, params: GetGroupsById) -> GroupsFound | list[GroupObject]:
    """Returns communities by their ids or names; the token of a community gives that one without any.

    VK: groups.getById: a list below version 5.194, an object from there on.
    """
    if call.is_versioned:
        call.require_user()
    names = params.group_ids or ([params.group_id] if params.group_id else [])
    if not names and call.caller.group_id:
        names = [str(call.caller.group_id)]
    if not names:
        raise InvalidParameter("group_ids")
    group_ids, found = await groups.find_groups(call.tx, call.owner_id, names)
    drawing = GroupDrawing(call, params.fields)
    drawn = []
    for group_id in group_ids:
        if group_id in found:
            drawn.append(drawing.draw(found[group_id]))
        elif not call.is_versioned:
            text = "This group was deleted or does not exist"
            drawn.append(GroupObject(group_id, "DELETED", f"club{group_id}", type="group", description=text))
    return drawn if call.version < BARE_LIST_BELOW else GroupsFound(drawn, [])


class CreateGroup(Params):
    """Parameters of groups.create."""

    title: Annotated[str, doc("The name, 1 to 255 characters.")] = ""
    description: Annotated[str, doc("What it is about, at most 4096 characters.")] = ""
    type: Annotated[Literal["group", "event", "public"], doc("`group`, `event` or `public` (a page).")] = (
        "group"
    )
    public_category: Annotated[int, doc("VK's category of a page; not kept.", ge=0)] = 0
    public_subcategory: Annotated[int, doc("VK's subcategory of a page; not kept.", ge=0)] = 0
    subtype: Annotated[int, doc("VK's kind of a page; not kept.", ge=0, le=4)] = 0


@method("groups.create", scope=Scope.GROUPS, writes=True)
async def create(call: Call, params: CreateGroup) -> GroupObject:
    """Makes a community, of which the caller is the creator.

    VK: groups.create.
    """
    group = NewGroup(name=params.title, description=params.description, kind=KINDS[params.type])
    group_id = await groups.create_group(call.tx, call.user_id, group, now=call.now)
    community = await groups.get_group(call.tx, call.user_id, group_id)
    return GroupDrawing(call, []).draw(community)


class JoinGroup(Params):
    """Parameters of groups.join."""

    group_id: GroupId
    not_sure: Annotated[str, doc("To an event: whether one may come; not kept.", max_length=16)] = ""


@method("groups.join", scope=Scope.GROUPS, writes=True, is_repeatable=True, errors={GroupNotFound: 15})
async def join(call: Call, params: JoinGroup) -> Literal[1]:
    """Comes into a community, or asks to when it is closed, or accepts its invitation.

    VK: groups.join.
    """
    await groups.join_group(call.tx, call.user_id, params.group_id, now=call.now)
    return 1


class LeaveGroup(Params):
    """Parameters of groups.leave."""

    group_id: GroupId


@method("groups.leave", scope=Scope.GROUPS, writes=True, is_repeatable=True, errors={GroupNotFound: 15})
async def leave(call: Call, params: LeaveGroup) -> Literal[1]:
    """Leaves a community, takes a request back or declines an invitation.

    VK: groups.leave.
    """
    await groups.leave_group(call.tx, call.user_id, params.group_id, now=call.now)
    return 1


class Membership(Struct, frozen=True, omit_defaults=True):
    """How a person stands to a community."""

    member: int
    request: int | UnsetType = UNSET
    invitation: int | UnsetType = UNSET
    can_invite: int | UnsetType = UNSET
    can_recall: int | UnsetType = UNSET
    user_id: int | UnsetType = UNSET


class IsMember(Params):
    """Parameters of groups.isMember."""

    group_id: Annotated[str, doc("The community: an id or a screen name.", max_length=64)]
    user_id: Annotated[int, doc("The person; 0 for the caller.", ge=0, le=1_999_999_999)] = 0
    user_ids: Annotated[list[UserId], doc("Up to 500 people instead.", max_length=500)] = []
    extended: Annotated[bool, doc("Say more than 0 or 1.")] = False


@method("groups.isMember", for_groups=True)
async def is_member(call: Call, params: IsMember) -> Literal[0, 1] | Membership | list[Membership]:
    """Says whether people are in a community; requests and invitations are told to them and its managers.

    VK: groups.isMember.
    """
    _, found = await groups.find_groups(call.tx, call.owner_id, [params.group_id.removeprefix("-")])
    if not found:
        raise GroupNotFound(params.group_id)
    [community] = found.values()
    user_ids = params.user_ids or [params.user_id or call.user_id]
    members = await groups.load_members(call.tx, community.group.id, user_ids)
    drawn = []
    for user_id in user_ids:
        status = members[user_id].status if user_id in members else MemberStatus.NONE
        is_told = user_id == call.user_id or community.is_managed
        extra = {"user_id": user_id} if params.user_ids else {}
        if params.extended:
            is_asked, is_invited = status is MemberStatus.REQUESTED, status is MemberStatus.INVITED
            extra |= {
                "request": int(is_told and is_asked),
                "invitation": int(is_told and is_invited),
                "can_invite": int(community.is_managed and status is MemberStatus.NONE),
                "can_recall": int(community.is_managed and is_invited),
            }
        drawn.append(Membership(int(status is MemberStatus.MEMBER), **extra))
    if params.user_ids:
        return drawn
    return drawn[0] if params.extended else 1 if drawn[0].member else 0


class MemberObject(Struct, frozen=True, omit_defaults=True):
    """A manager of a community."""

    id: int
    role: str


class MemberIds(Struct, frozen=True):
    """The members of a community as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class MemberList(Struct, frozen=True):
    """The members of a community as users; `count` is how many there are in all."""

    count: int
    items: list[UserObject]


class ManagerList(Struct, frozen=True):
    """The managers of a community."""

    count: int
    items: list[MemberObject]


ROLE_NAMES = {
    Role.MODERATOR: "moderator",
    Role.EDITOR: "editor",
    Role.ADMINISTRATOR: "administrator",
    Role.CREATOR: "creator",
}


class GetMembers(Params):
    """Parameters of groups.getMembers."""

    group_id: Annotated[str, doc("The community: an id or a screen name.", max_length=64)]
    sort: Annotated[
        Literal["id_asc", "id_desc", "time_asc", "time_desc"],
        doc("By when they came; `id_…` is the same here."),
    ] = "id_asc"
    offset: Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)] = 0
    count: Annotated[int, doc("How many: 1000, in OpenVK's form 10.", ge=0, le=1000)] | None = None
    fields: Annotated[list[str], doc("Members of users.get; without them there are only ids.")] = []
    filter: Annotated[
        Literal["", "managers", "friends", "unsure", "donut"],
        doc("`managers` (for managers only); others are not built."),
    ] = ""


@method("groups.getMembers", for_groups=True)
async def get_members(call: Call, params: GetMembers) -> MemberIds | MemberList | ManagerList:
    """Returns those who are in a community.

    VK: groups.getMembers.
    """
    _, found = await groups.find_groups(call.tx, call.owner_id, [params.group_id.removeprefix("-")])
    if not found:
        raise GroupNotFound(params.group_id)
    if params.filter not in ("", "managers"):
        raise InvalidParameter("filter", f"{params.filter} cannot be asked for yet")
    [group_id] = found
    page = await groups.list_members(
        call.tx,
        call.owner_id,
        group_id,
        offset=params.offset,
        count=params.count if params.count is not None else 1000 if call.is_versioned else 10,
        managers_only=params.filter == "managers",
        is_rising=not params.sort.endswith("desc"),
    )
    people = [page.people[member.user_id] for member in page.members]
    if params.filter == "managers":
        managers = [MemberObject(member.user_id, ROLE_NAMES[member.role]) for member in page.members]
        return ManagerList(page.count, managers)
    if call.is_versioned and not params.fields:
        return MemberIds(page.count, [person.user.id for person in people])
    drawing = UserDrawing(call, params.fields)
    return MemberList(page.count, [drawing.draw(person) for person in people])
