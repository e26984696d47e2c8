"""groups.*: what managers do: settings, roles, invitations and requests."""

from typing import Annotated, Any, Literal

from msgspec import Struct

from dvor.core import groups
from dvor.dialects.vk.bots import OneGroup
from dvor.dialects.vk.group_objects import GroupDrawing, GroupObject
from dvor.dialects.vk.user_objects import UserDrawing, UserObject
from dvor.dialects.vk.users import NameCaseWord, read_case
from dvor.methods.declaration import Call, Params, doc, method
from dvor.model.errors import AccessDenied, GroupNotFound, InvalidParameter, UserNotFound
from dvor.model.groups import GroupAccess, MemberStatus, Role, WallMode
from dvor.model.ids import MAX_NUMBER, UserId
from dvor.model.tokens import Scope

PageOffset = Annotated[int, doc("How many to skip.", ge=0, le=2**31 - 1)]
PageCount = Annotated[int, doc("How many to return.", ge=0, le=200)]
ROLES = {
    "moderator": Role.MODERATOR,
    "editor": Role.EDITOR,
    "administrator": Role.ADMINISTRATOR,
    "": Role.NONE,
}


class EditGroup(OneGroup, kw_only=True):
    """Parameters of groups.edit; what is not given stays as it is."""

    title: Annotated[str, doc("The name, 1 to 255 characters.")] | None = None
    description: Annotated[str, doc("What it is about.", max_length=4096)] | None = None
    screen_name: Annotated[str, doc("The short name; empty for none.", max_length=64)] | None = None
    access: Annotated[int, doc("0 open, 1 closed, 2 private.", ge=0, le=2)] | None = None
    website: Annotated[str, doc("Its site.", max_length=255)] | None = None
    wall: Annotated[int, doc("0 off, 1 open, 2 limited, 3 closed; -1: as it is.", ge=-1, le=3)] | None = None
    messages: Annotated[bool, doc("Whether it takes messages.")] | None = None
    event_start_date: Annotated[int, doc("When an event begins.", ge=0, le=MAX_NUMBER)] | None = None
    event_finish_date: Annotated[int, doc("When an event ends.", ge=0, le=MAX_NUMBER)] | None = None


NOT_YET = (
    "subject",
    "email",
    "phone",
    "rss",
    "event_group_id",
    "public_category",
    "public_subcategory",
    "photos",
    "video",
    "audio",
    "links",
    "events",
    "places",
    "contacts",
    "docs",
    "wiki",
    "articles",
    "addresses",
    "age_limits",
    "market",
    "country",
    "city",
)


@method(
    "groups.edit",
    scope=Scope.GROUPS,
    for_groups=True,
    writes=True,
    is_repeatable=True,
    not_yet=NOT_YET,
    errors={GroupNotFound: 15},
)
async def edit(call: Call, params: EditGroup) -> Literal[1]:
    """Changes a community; its administrators may.

    VK: groups.edit.
    """
    community = await groups.get_group(call.tx, call.owner_id, params.group_id)
    given: dict[str, Any] = {
        "name": params.title,
        "description": params.description,
        "access": None if params.access is None else GroupAccess(params.access),
        "wall_mode": None if params.wall is None or params.wall < 0 else WallMode(params.wall),
        "has_messages": params.messages,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if params.screen_name is not None:
        changes["screen_name"] = params.screen_name.lower() or None
    place = {
        "website": params.website,
        "start_date": params.event_start_date,
        "finish_date": params.event_finish_date,
    }
    fresh = {name: value for name, value in place.items() if value is not None}
    if fresh:
        changes["place"] = groups.replace_place(community.group.place, fresh)
    await groups.edit_group(call.tx, call.owner_id, params.group_id, changes, now=call.now)
    return 1


class SettingsObject(Struct, frozen=True):
    """The settings of a community."""

    title: str
    description: str
    address: str
    wall: int
    photos: int
    video: int
    audio: int
    docs: int
    topics: int
    website: str
    access: int
    messages: int
    city_id: int
    city_name: str
    # what VK's schema requires and does not exist here is off
    articles: int = 0
    wiki: int = 0
    disable_replies_from_groups: int = 0
    obscene_filter: int = 0
    obscene_stopwords: int = 0
    obscene_words: tuple[str, ...] = ()
    toxic_filter: int = 0


@method("groups.getSettings", scope=Scope.GROUPS, for_groups=True)
async def get_settings(call: Call, params: OneGroup) -> SettingsObject:
    """Returns the settings of a community, for its managers.

    VK: groups.getSettings.
    """
    community = await groups.get_managed_group(call.tx, call.owner_id, params.group_id, Role.MODERATOR)
    group = community.group
    address = group.screen_name or f"club{group.id}"
    wall, access = int(group.wall_mode), int(group.access)
    return SettingsObject(
        group.name,
        group.description,
        address,
        wall,
        1,
        0,
        0,
        1,
        0,
        group.place.website,
        access,
        int(group.has_messages),
        group.place.city_id,
        group.place.city,
    )


class EditManager(OneGroup, kw_only=True):
    """Parameters of groups.editManager."""

    user_id: Annotated[UserId, doc("The person.")]
    role: Annotated[
        Literal["", "moderator", "editor", "administrator"], doc("The role; empty takes it away.")
    ] = ""
    is_contact: Annotated[bool, doc("Shown among the contacts; there are none.")] = False


@method("groups.editManager", scope=Scope.GROUPS, writes=True, is_repeatable=True, errors={UserNotFound: 701})
async def edit_manager(call: Call, params: EditManager) -> Literal[1]:
    """Gives a member of a community a role, or takes it away; its administrators may.

    VK: groups.editManager.
    """
    role = ROLES[params.role]
    await groups.set_role(call.tx, call.user_id, params.group_id, params.user_id, role, now=call.now)
    return 1


class Invite(OneGroup, kw_only=True):
    """Parameters of groups.invite."""

    user_id: Annotated[UserId, doc("The person.")]


class InviteSeveral(OneGroup, kw_only=True):
    """Parameters of groups.invite."""

    user_id: Annotated[int, doc("The person.", ge=0, le=1_999_999_999)] = 0
    user_ids_list: Annotated[list[UserId], doc("Several people instead.", max_length=100)] = []


@method("groups.invite", scope=Scope.GROUPS, writes=True, is_repeatable=True)
async def invite(call: Call, params: InviteSeveral) -> Literal[1]:
    """Invites people to a community, all that are named or none.

    VK: groups.invite.
    """
    user_ids = [*([params.user_id] if params.user_id else []), *params.user_ids_list]
    if not user_ids:
        raise InvalidParameter("user_id")
    for user_id in sorted(set(user_ids)):
        await groups.invite(call.tx, call.user_id, params.group_id, user_id, now=call.now)
    return 1


@method("groups.approveRequest", scope=Scope.GROUPS, writes=True)
async def approve_request(call: Call, params: Invite) -> Literal[1]:
    """Lets in a person who has asked to.

    VK: groups.approveRequest.
    """
    await groups.get_managed_group(call.tx, call.user_id, params.group_id, Role.MODERATOR)
    known = (await groups.load_members(call.tx, params.group_id, [params.user_id])).get(params.user_id)
    if known is None or known.status is not MemberStatus.REQUESTED:
        raise UserNotFound(f"{params.user_id} has not asked")
    await groups.invite(call.tx, call.user_id, params.group_id, params.user_id, now=call.now)
    return 1


@method("groups.removeUser", scope=Scope.GROUPS, writes=True)
async def remove_user(call: Call, params: Invite) -> Literal[1]:
    """Takes a person out of a community, or turns a request down.

    VK: groups.removeUser.
    """
    await groups.remove_member(call.tx, call.user_id, params.group_id, params.user_id, now=call.now)
    return 1


class PeopleIds(Struct, frozen=True):
    """People as ids; `count` is how many there are in all."""

    count: int
    items: list[int]


class PeopleList(Struct, frozen=True):
    """People as users; `count` is how many there are in all."""

    count: int
    items: list[UserObject]


class GetWaiting(OneGroup, kw_only=True):
    """Parameters of groups.getRequests and groups.getInvitedUsers."""

    offset: PageOffset = 0
    count: PageCount = 20
    fields: Annotated[list[str], doc("Members of users.get.")] = []
    name_case: Annotated[NameCaseWord, doc("The case of the names in Russian.")] = "nom"


@method("groups.getRequests", scope=Scope.GROUPS)
async def get_requests(call: Call, params: GetWaiting) -> PeopleIds | PeopleList:
    """Returns who has asked to come into a community, for its managers.

    VK: groups.getRequests.
    """
    return await _list_people(call, params, MemberStatus.REQUESTED, as_users=bool(params.fields))


@method("groups.getInvitedUsers", scope=Scope.GROUPS)
async def get_invited_users(call: Call, params: GetWaiting) -> PeopleIds | PeopleList:
    """Returns who is invited to a community, for its managers.

    VK: groups.getInvitedUsers.
    """
    return await _list_people(call, params, MemberStatus.INVITED, as_users=True)


async def _list_people(
    call: Call, params: GetWaiting, status: MemberStatus, *, as_users: bool
) -> PeopleIds | PeopleList:
    page = await groups.list_members(
        call.tx, call.user_id, params.group_id, offset=params.offset, count=params.count, status=status
    )
    people = [page.people[member.user_id] for member in page.members]
    if not as_users:
        return PeopleIds(page.count, [person.user.id for person in people])
    drawing = UserDrawing(call, params.fields, read_case(params.name_case))
    return PeopleList(page.count, [drawing.draw(person) for person in people])


class GetInvites(Params):
    """Parameters of groups.getInvites."""

    offset: PageOffset = 0
    count: PageCount = 20
    extended: Annotated[bool, doc("No difference: communities are always given.")] = False


class GroupItems(Struct, frozen=True):
    """Communities; `count` is how many there are in all."""

    count: int
    items: list[GroupObject]


@method("groups.getInvites", scope=Scope.GROUPS)
async def get_invites(call: Call, params: GetInvites) -> GroupItems:
    """Returns the communities that have invited the caller.

    VK: groups.getInvites.
    """
    page = await groups.list_invitations(call.tx, call.user_id, offset=params.offset, count=params.count)
    drawing = GroupDrawing(call, [])
    return GroupItems(page.count, [drawing.draw(one) for one in page.communities])


GROUP_PERMISSIONS = {"photos": 4, "messages": 4096, "docs": 131_072, "manage": 262_144}
"""VK's bits of a community's token (documentation: dev.vk.com, access permissions)."""


class Permission(Struct, frozen=True):
    """One right of a token, with its bit."""

    name: str
    setting: int


class TokenPermissions(Struct, frozen=True):
    """What a community's token permits."""

    mask: int
    permissions: list[Permission]


@method("groups.getTokenPermissions", for_groups=True)
async def get_token_permissions(call: Call, params: Params) -> TokenPermissions:
    """Returns what the token of a community permits.

    VK: groups.getTokenPermissions; with the token of a community.
    """
    if not call.caller.group_id:
        raise AccessDenied("a community's token is needed")
    scope = int(call.caller.scope)
    held = {name: bit for name, bit in GROUP_PERMISSIONS.items() if scope & bit}
    return TokenPermissions(sum(held.values()), [Permission(name, bit) for name, bit in held.items()])
