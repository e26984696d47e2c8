"""Communities: making and changing them, coming in and leaving, and who manages them."""

import re
from typing import Any

from msgspec import Struct, structs

from dvor.core.events import tell
from dvor.core.privacy import Communities, Community, People, load_communities, load_people
from dvor.core.users import check_screen_name
from dvor.model.errors import AccessDenied, GroupNotFound, InvalidParameter, TooManyGroups, UserNotFound
from dvor.model.events import ChangesEvent, PersonEvent
from dvor.model.groups import (
    MAX_DESCRIPTION,
    MAX_GROUPS,
    MAX_NAME,
    GroupAccess,
    GroupBan,
    GroupMember,
    MemberStatus,
    NewGroup,
    Place,
    Role,
)
from dvor.model.ids import MAX_USER_ID
from dvor.store import group_members as members
from dvor.store import groups as store
from dvor.store.database import Transaction
from dvor.store.events import insert_receiver
from dvor.store.name_words import save_names
from dvor.store.users import lock_owners

NUMBERED_NAME = re.compile(r"(?:club|public|event)([1-9]\d{0,9})", re.ASCII)


class GroupPage(Struct, frozen=True):
    """Communities in order."""

    count: int
    communities: list[Community]


class MemberPage(Struct, frozen=True):
    """People in a community, in order."""

    count: int
    members: list[GroupMember]
    people: People


async def create_group(tx: Transaction, user_id: int, group: NewGroup, *, now: int) -> int:
    """Make a community of which the user is the creator; return its id.  `InvalidParameter`, `LoginTaken`."""
    await check_group(tx, group)
    await lock_owners(tx, [user_id])
    await _check_room(tx, user_id)
    group_id = await store.insert_group(tx, group, user_id, now)
    await insert_receiver(tx, -group_id)
    await save_names(tx, -group_id, group.name, group.screen_name)
    await members.save_member(
        tx, GroupMember(group_id, user_id, MemberStatus.MEMBER, Role.CREATOR, now, user_id)
    )
    await store.step_members(tx, group_id, 1)
    return group_id


async def check_group(tx: Transaction, group: NewGroup) -> None:
    """Refuse what cannot be a community: `InvalidParameter`, `LoginTaken`."""
    if not group.name.strip() or len(group.name) > MAX_NAME:
        raise InvalidParameter("title", f"1 to {MAX_NAME} characters")
    if len(group.description) > MAX_DESCRIPTION:
        raise InvalidParameter("description", f"longer than {MAX_DESCRIPTION} characters")
    if group.screen_name is not None:
        if NUMBERED_NAME.fullmatch(group.screen_name):
            raise InvalidParameter("screen_name", "the name is kept for a number")
        await check_screen_name(tx, group.screen_name)


async def get_group(tx: Transaction, viewer_id: int, group_id: int) -> Community:
    """Return a community that the viewer may know of; `GroupNotFound`."""
    found = (await load_communities(tx, viewer_id, [group_id])).get(group_id)
    if found is None or not found.is_found:
        raise GroupNotFound(str(group_id))
    return found


async def get_managed_group(tx: Transaction, user_id: int, group_id: int, least: Role) -> Community:
    """Return a community in which the user (or its own token) has at least this role; `AccessDenied`."""
    community = await get_group(tx, user_id, group_id)
    if community.standing.role < least:
        raise AccessDenied(f"the community's {least.name.lower()} is needed")
    return community


async def find_groups(tx: Transaction, viewer_id: int, names: list[str]) -> tuple[list[int], Communities]:
    """Return the ids that the names mean (numbers, `club1`, screen names), in order, and those that exist."""
    numbers: dict[str, int] = {}
    wanted = []
    for name in names:
        text = name.strip().lower()
        match = NUMBERED_NAME.fullmatch(text)
        digits = match[1] if match else text if text.isdecimal() and text.isascii() else ""
        if digits and len(digits) <= 10 and 0 < int(digits) <= MAX_USER_ID:
            numbers[name] = int(digits)
        elif text:
            wanted.append(text)
    found = await store.find_group_names(tx, sorted(set(wanted)))
    ids = [numbers.get(name) or found.get(name.strip().lower()) for name in names]
    group_ids = list(dict.fromkeys(group_id for group_id in ids if group_id))
    communities = await load_communities(tx, viewer_id, group_ids)
    return group_ids, {group_id: one for group_id, one in communities.items() if one.is_found}


async def edit_group(
    tx: Transaction, user_id: int, group_id: int, changes: dict[str, Any], *, now: int
) -> None:
    """Change members of `NewGroup`; only its administrators may.  `AccessDenied`, `InvalidParameter`, `LoginTaken`."""
    await lock_owners(tx, [-group_id])
    group = (await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)).group
    was = {name: getattr(group, name) for name in NewGroup.__struct_fields__}
    fresh = {name: value for name, value in changes.items() if value != was[name]}
    if not fresh:
        return
    await check_group(tx, NewGroup(**was | {"screen_name": None} | fresh))
    await store.change_group(tx, group_id, fresh)
    names = was | fresh
    await save_names(tx, -group_id, names["name"], names["screen_name"])
    told = {name: (was[name], value) for name, value in fresh.items() if isinstance(value, str | int)}
    await tell(tx, "group_change_settings", {-group_id: ChangesEvent(max(user_id, 0), told)}, now)


def replace_place(place: Place, changes: dict[str, Any]) -> Place:
    """Return a community's place with some of it changed."""
    return structs.replace(place, **changes)


async def join_group(tx: Transaction, user_id: int, group_id: int, *, now: int) -> MemberStatus:
    """Come in, or (closed, not invited) ask to; return what one is then.

    `GroupNotFound`, `AccessDenied` (on the blacklist, or private and not invited), `TooManyGroups`.
    """
    await lock_owners(tx, [-group_id])
    community = await get_group(tx, user_id, group_id)
    group, standing = community.group, community.standing
    if standing.is_banned or group.deactivated:
        raise AccessDenied(
            "you are on the community's blacklist" if standing.is_banned else "the community is gone"
        )
    if standing.status in (MemberStatus.MEMBER, MemberStatus.REQUESTED):
        return standing.status
    may_enter = group.access is GroupAccess.OPEN or standing.status is MemberStatus.INVITED or standing.role
    if not may_enter and group.access is GroupAccess.PRIVATE:
        raise AccessDenied("the community is private")
    await _check_room(tx, user_id)
    status = MemberStatus.MEMBER if may_enter else MemberStatus.REQUESTED
    await members.save_member(tx, GroupMember(group_id, user_id, status, standing.role, now, 0))
    how = "request"
    if status is MemberStatus.MEMBER:
        await store.step_members(tx, group_id, 1)
        how = "accepted" if standing.status is MemberStatus.INVITED else "join"
    await tell(tx, "group_join", {-group_id: PersonEvent(user_id, user_id, how)}, now)
    return status


async def leave_group(tx: Transaction, user_id: int, group_id: int, *, now: int) -> bool:
    """Leave, take a request back or decline an invitation; say whether there was something to leave.

    The creator keeps his role outside.  `GroupNotFound`.
    """
    await lock_owners(tx, [-group_id])
    community = await get_group(tx, user_id, group_id)
    standing = community.standing
    if standing.status is MemberStatus.NONE:
        return False
    await _remove(
        tx, group_id, user_id, standing.status, standing.role if standing.role is Role.CREATOR else Role.NONE
    )
    if standing.is_member:
        await tell(tx, "group_leave", {-group_id: PersonEvent(user_id, user_id)}, now)
    return True


async def _remove(tx: Transaction, group_id: int, user_id: int, was: MemberStatus, role: Role) -> None:
    if role:
        member = GroupMember(group_id, user_id, MemberStatus.NONE, role, 0, 0)
        await members.save_member(tx, member)
    else:
        await members.delete_member(tx, group_id, user_id)
    if was is MemberStatus.MEMBER:
        await store.step_members(tx, group_id, -1)


async def invite(tx: Transaction, user_id: int, group_id: int, invited_id: int, *, now: int) -> None:
    """Invite a person, or let in who has asked; members of an open community and managers may.

    `AccessDenied`, `UserNotFound`.
    """
    await lock_owners(tx, [-group_id])
    community = await get_group(tx, user_id, group_id)
    is_manager = community.standing.role > Role.NONE
    if not is_manager and not (community.standing.is_member and community.group.access is GroupAccess.OPEN):
        raise AccessDenied("only members of an open community and managers invite")
    people = await load_people(tx, user_id, [invited_id])
    if invited_id not in people or people[invited_id].relation.blocks_viewer:
        raise UserNotFound(str(invited_id))
    theirs = (await load_communities(tx, invited_id, [group_id]))[group_id].standing
    if theirs.is_banned:
        raise AccessDenied("the person is on the community's blacklist")
    if theirs.status in (MemberStatus.MEMBER, MemberStatus.INVITED):
        return
    is_approval = theirs.status is MemberStatus.REQUESTED and is_manager
    status = MemberStatus.MEMBER if is_approval else MemberStatus.INVITED
    await members.save_member(tx, GroupMember(group_id, invited_id, status, theirs.role, now, user_id))
    if is_approval:
        await store.step_members(tx, group_id, 1)
        await tell(tx, "group_join", {-group_id: PersonEvent(invited_id, user_id, "approved")}, now)


async def remove_member(tx: Transaction, user_id: int, group_id: int, removed_id: int, *, now: int) -> None:
    """Take a person out, or turn a request down; managers may, whom they outrank.  `AccessDenied`, `UserNotFound`."""
    await lock_owners(tx, [-group_id])
    community = await get_managed_group(tx, user_id, group_id, Role.MODERATOR)
    member = (await members.load_members(tx, group_id, [removed_id])).get(removed_id)
    if member is None or member.status is MemberStatus.NONE:
        raise UserNotFound(str(removed_id))
    if member.role >= community.standing.role:
        raise AccessDenied("the person's role is not below yours")
    await _remove(tx, group_id, removed_id, member.status, Role.NONE)
    if member.status is MemberStatus.MEMBER:
        await tell(tx, "group_leave", {-group_id: PersonEvent(removed_id, user_id)}, now)


async def set_role(
    tx: Transaction, user_id: int, group_id: int, manager_id: int, role: Role, *, now: int
) -> Role:
    """Give a person a role (none takes it away) and return the one he had; administrators may.

    Nobody makes or unmakes a creator.  `AccessDenied`, `UserNotFound`.
    """
    await lock_owners(tx, [-group_id])
    await get_managed_group(tx, user_id, group_id, Role.ADMINISTRATOR)
    member = (await members.load_members(tx, group_id, [manager_id])).get(manager_id)
    if member is None or member.status is not MemberStatus.MEMBER:
        raise UserNotFound(f"{manager_id} is not a member")
    if Role.CREATOR in (member.role, role):
        raise AccessDenied("the creator stays the creator")
    await members.save_member(
        tx, GroupMember(group_id, manager_id, member.status, role, member.since, member.inviter_id)
    )
    if member.role is not role:
        body = PersonEvent(manager_id, max(user_id, 0), before=int(member.role), after=int(role))
        await tell(tx, "group_officers_edit", {-group_id: body}, now)
    return member.role


async def ban(tx: Transaction, user_id: int, ban: GroupBan) -> None:
    """Put a person on a community's blacklist, which takes him out too; managers may, whom they outrank.

    `AccessDenied`, `UserNotFound`.
    """
    await lock_owners(tx, [-ban.group_id])
    community = await get_managed_group(tx, user_id, ban.group_id, Role.MODERATOR)
    if ban.user_id not in await load_people(tx, user_id, [ban.user_id]):
        raise UserNotFound(str(ban.user_id))
    member = (await members.load_members(tx, ban.group_id, [ban.user_id])).get(ban.user_id)
    if member is not None:
        if member.role >= community.standing.role:
            raise AccessDenied("the person's role is not below yours")
        await _remove(tx, ban.group_id, ban.user_id, member.status, Role.NONE)
    await members.save_ban(tx, ban)
    body = PersonEvent(ban.user_id, max(user_id, 0), before=ban.reason, after=ban.until, text=ban.comment)
    await tell(tx, "user_block", {-ban.group_id: body}, ban.created_at)


async def unban(tx: Transaction, user_id: int, group_id: int, banned_id: int, *, now: int) -> None:
    """Take a person off a community's blacklist; `AccessDenied`, `UserNotFound` (not on it)."""
    await lock_owners(tx, [-group_id])
    await get_managed_group(tx, user_id, group_id, Role.MODERATOR)
    if not await members.delete_ban(tx, group_id, banned_id):
        raise UserNotFound(f"{banned_id} is not on the blacklist")
    await tell(tx, "user_unblock", {-group_id: PersonEvent(banned_id, max(user_id, 0))}, now)


async def list_bans(
    tx: Transaction, user_id: int, group_id: int, *, offset: int, count: int, banned_id: int = 0
) -> tuple[int, list[GroupBan], People]:
    """Return how many are on a community's blacklist, and a page of them, or one person alone; `AccessDenied`."""
    await get_managed_group(tx, user_id, group_id, Role.MODERATOR)
    if banned_id:
        found = await members.find_ban(tx, group_id, banned_id)
        bans = [found] if found else []
        return len(bans), bans, await load_people(tx, user_id, [ban.user_id for ban in bans])
    bans = await members.list_bans(tx, group_id, offset, count)
    people = await load_people(tx, user_id, [ban.user_id for ban in bans])
    return await members.count_bans(tx, group_id), bans, people


async def list_groups(
    tx: Transaction, viewer_id: int, user_id: int, *, offset: int, count: int, least_role: Role = Role.NONE
) -> GroupPage:
    """Return a page of the communities that a person is in and the viewer may know of, the youngest first.

    What the viewer may not know of is not counted either.
    """
    if viewer_id != user_id:
        rows = await members.list_memberships(tx, user_id, 0, MAX_GROUPS, least_role=least_role)
        found = await _gather(tx, viewer_id, 0, rows)
        return GroupPage(len(found.communities), found.communities[offset : offset + count])
    total = await members.count_memberships(tx, user_id, least_role=least_role)
    rows = await members.list_memberships(tx, user_id, offset, count, least_role=least_role)
    return await _gather(tx, viewer_id, total, rows)


async def list_invitations(tx: Transaction, user_id: int, *, offset: int, count: int) -> GroupPage:
    """Return a page of the communities that have invited a person."""
    status = MemberStatus.INVITED
    total = await members.count_memberships(tx, user_id, status=status)
    return await _gather(
        tx, user_id, total, await members.list_memberships(tx, user_id, offset, count, status=status)
    )


async def _gather(tx: Transaction, viewer_id: int, total: int, rows: list[GroupMember]) -> GroupPage:
    found = await load_communities(tx, viewer_id, [row.group_id for row in rows])
    listed = [found[row.group_id] for row in rows if row.group_id in found and found[row.group_id].is_found]
    return GroupPage(total, listed)


async def list_members(
    tx: Transaction,
    viewer_id: int,
    group_id: int,
    *,
    offset: int,
    count: int,
    status: MemberStatus = MemberStatus.MEMBER,
    managers_only: bool = False,
    is_rising: bool = True,
) -> MemberPage:
    """Return a page of those in a community; its managers alone see who manages it, has asked or is invited.

    `GroupNotFound`, `AccessDenied`.
    """
    if managers_only or status is not MemberStatus.MEMBER:
        await get_managed_group(tx, viewer_id, group_id, Role.MODERATOR)
    elif not (await get_group(tx, viewer_id, group_id)).is_open:
        raise AccessDenied("the community is closed")
    total = await members.count_members(tx, group_id, status=status, managers_only=managers_only)
    rows = await members.list_members(
        tx, group_id, offset, count, status=status, managers_only=managers_only, is_rising=is_rising
    )
    return MemberPage(total, rows, await load_people(tx, viewer_id, [row.user_id for row in rows]))


async def load_members(tx: Transaction, group_id: int, user_ids: list[int]) -> dict[int, GroupMember]:
    """Return those of these people who are in the community, on the way in or its managers, by id."""
    return await members.load_members(tx, group_id, user_ids)


async def _check_room(tx: Transaction, user_id: int) -> None:
    if await members.count_memberships(tx, user_id) >= MAX_GROUPS:
        raise TooManyGroups(str(MAX_GROUPS))
