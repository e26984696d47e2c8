"""Communities: who comes in, who manages, what a closed one hides, and what a community's token may do."""

import asyncio

import pytest

from dvor.core import groups, newsfeed, wall
from dvor.core.courtyard import Courtyard
from dvor.core.newsfeed import TOP
from dvor.core.tokens import identify, issue_token
from dvor.model.errors import (
    AccessDenied,
    GroupClosed,
    GroupNotFound,
    InvalidParameter,
    LoginTaken,
    PostForbidden,
)
from dvor.model.groups import GroupAccess, GroupBan, MemberStatus, NewGroup, Role, WallMode
from dvor.store.database import Transaction
from dvor.store.group_members import save_ban
from tests.core.conftest import NOW, Settle

STATUSES = {
    GroupAccess.OPEN: MemberStatus.MEMBER,
    GroupAccess.CLOSED: MemberStatus.REQUESTED,
}


async def found(courtyard: Courtyard, creator: int, **more: object) -> int:
    group = NewGroup(name="Сад", **more)  # type: ignore[arg-type]
    return await courtyard.database.write(lambda tx: groups.create_group(tx, creator, group, now=NOW))


async def join(courtyard: Courtyard, user: int, group: int) -> MemberStatus:
    return await courtyard.database.write(lambda tx: groups.join_group(tx, user, group, now=NOW))


async def post(courtyard: Courtyard, user: int, group: int, *, from_group: bool = False) -> int:
    async def write(tx: Transaction) -> int:
        return await wall.write_post(
            tx, user, -group, "hi", [], platform="", is_friends_only=False, now=NOW, from_group=from_group
        )

    return await courtyard.database.write(write)


async def members_of(courtyard: Courtyard, viewer: int, group: int) -> tuple[int, list[int]]:
    async with courtyard.database.read() as tx:
        page = await groups.list_members(tx, viewer, group, offset=0, count=100)
        counter = (await groups.get_group(tx, viewer, group)).group.members
    assert page.count == counter == len(page.members)
    return counter, [member.user_id for member in page.members]


@pytest.mark.parametrize("access", [GroupAccess.OPEN, GroupAccess.CLOSED])
async def test_coming_in(courtyard: Courtyard, settle: Settle, access: GroupAccess) -> None:
    anna, boris = await settle({}, {})
    group = await found(courtyard, anna, access=access)
    for _ in range(2):
        status = await join(courtyard, boris, group)
        assert status is STATUSES[access]
    if access is GroupAccess.CLOSED:
        with pytest.raises(AccessDenied):
            await members_of(courtyard, boris, group)
        await courtyard.database.write(lambda tx: groups.invite(tx, anna, group, boris, now=NOW))
    assert await members_of(courtyard, boris, group) == (2, [anna, boris])
    assert await courtyard.database.write(lambda tx: groups.leave_group(tx, boris, group, now=NOW))
    assert not await courtyard.database.write(lambda tx: groups.leave_group(tx, boris, group, now=NOW))
    assert await members_of(courtyard, anna, group) == (1, [anna])


async def test_a_private_community_is_for_the_invited(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    group = await found(courtyard, anna, access=GroupAccess.PRIVATE, screen_name="secret")
    with pytest.raises(GroupNotFound):
        await join(courtyard, boris, group)
    async with courtyard.database.read() as tx:
        assert (await groups.find_groups(tx, boris, ["secret"]))[1] == {}
        with pytest.raises(GroupNotFound):
            await wall.list_wall(tx, boris, -group, "all", offset=0, count=1)
    await courtyard.database.write(lambda tx: groups.invite(tx, anna, group, boris, now=NOW))
    async with courtyard.database.read() as tx:
        invitations = await groups.list_invitations(tx, boris, offset=0, count=10)
        assert [one.group.id for one in invitations.communities] == [group]
        with pytest.raises(GroupClosed):
            await wall.list_wall(tx, boris, -group, "all", offset=0, count=1)
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: groups.invite(tx, boris, group, clara, now=NOW))
    await join(courtyard, boris, group)
    assert await members_of(courtyard, boris, group) == (2, [anna, boris])


async def test_who_may_write_on_the_wall(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    walls = {mode: await found(courtyard, anna, wall_mode=mode) for mode in WallMode}
    closed = await found(courtyard, anna, access=GroupAccess.CLOSED)
    for mode, group in walls.items():
        await join(courtyard, boris, group)
        await post(courtyard, anna, group, from_group=True)
        with pytest.raises(PostForbidden):
            await post(courtyard, boris, group, from_group=True)
        if mode is WallMode.OPEN:
            await post(courtyard, boris, group)
            await post(courtyard, clara, group)
        else:
            with pytest.raises(PostForbidden):
                await post(courtyard, boris, group)
    with pytest.raises(PostForbidden):
        await post(courtyard, boris, closed)
    async with courtyard.database.read() as tx:
        page = await wall.list_wall(tx, clara, -walls[WallMode.OPEN], "owner", offset=0, count=10)
    assert [post.from_id for post in page.posts] == [-walls[WallMode.OPEN]]
    assert set(page.owners) == {-walls[WallMode.OPEN]}


async def test_the_newsfeed_has_what_one_s_communities_say(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    group = await found(courtyard, anna)
    await post(courtyard, anna, group, from_group=True)
    await post(courtyard, anna, group)

    async def news() -> list[int]:
        async with courtyard.database.read() as tx:
            page = await newsfeed.read_newsfeed(tx, boris, cursor=TOP, since=0, until=0, count=10)
        return [post.from_id for post in page.page.posts]

    assert await news() == []
    await join(courtyard, boris, group)
    assert await news() == [-group]


async def test_roles(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    group = await found(courtyard, anna)
    for one in (boris, clara):
        await join(courtyard, one, group)

    async def appoint(by: int, who: int, role: Role) -> Role:
        return await courtyard.database.write(lambda tx: groups.set_role(tx, by, group, who, role, now=NOW))

    with pytest.raises(AccessDenied):
        await appoint(boris, boris, Role.ADMINISTRATOR)
    assert await appoint(anna, boris, Role.ADMINISTRATOR) is Role.NONE
    assert await appoint(boris, clara, Role.MODERATOR) is Role.NONE
    for who, role in ((anna, Role.NONE), (clara, Role.CREATOR)):
        with pytest.raises(AccessDenied):
            await appoint(boris, who, role)
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: groups.remove_member(tx, clara, group, boris, now=NOW))
    await courtyard.database.write(lambda tx: groups.remove_member(tx, boris, group, clara, now=NOW))
    assert await members_of(courtyard, anna, group) == (2, [anna, boris])
    async with courtyard.database.read() as tx:
        assert (await groups.get_group(tx, clara, group)).standing.role is Role.NONE


async def test_names_are_one_namespace_with_people(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({"screen_name": "anna"})
    group = await found(courtyard, anna, screen_name="garden")
    for name in ("garden", "anna"):
        with pytest.raises(LoginTaken):
            await found(courtyard, anna, screen_name=name)
    with pytest.raises(InvalidParameter):
        await found(courtyard, anna, screen_name="club7")
    async with courtyard.database.read() as tx:
        ids, _ = await groups.find_groups(
            tx, anna, ["Garden", f"club{group}", str(group), "public999", "anna"]
        )
    assert ids == [group, 999]


async def test_editing(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    group = await found(courtyard, anna, screen_name="garden")
    changes = {"name": "Парк", "screen_name": "garden", "wall_mode": WallMode.CLOSED}
    with pytest.raises(AccessDenied):
        await courtyard.database.write(lambda tx: groups.edit_group(tx, boris, group, changes, now=NOW))
    await courtyard.database.write(lambda tx: groups.edit_group(tx, anna, group, changes, now=NOW))
    async with courtyard.database.read() as tx:
        changed = (await groups.get_group(tx, boris, group)).group
    assert (changed.name, changed.screen_name, changed.wall_mode) == ("Парк", "garden", WallMode.CLOSED)


async def test_the_banned_see_nothing_and_do_not_come_in(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    group = await found(courtyard, anna)
    ban = GroupBan(group, boris, anna, 0, "", is_comment_visible=False, created_at=NOW, until=0)
    await courtyard.database.write(lambda tx: save_ban(tx, ban))
    with pytest.raises(AccessDenied):
        await join(courtyard, boris, group)
    async with courtyard.database.read() as tx:
        with pytest.raises(GroupClosed):
            await wall.list_wall(tx, boris, -group, "all", offset=0, count=1)


async def test_a_community_s_token(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    group = await found(courtyard, anna)
    with pytest.raises(AccessDenied):
        await issue_token(courtyard, boris, group_id=group)
    token = await issue_token(courtyard, anna, group_id=group)
    async with courtyard.database.read() as tx:
        caller = await identify(tx, token, NOW)
        assert caller is not None
        assert (caller.user_id, caller.group_id) == (0, group)
        assert (await groups.get_group(tx, -group, group)).standing.role is Role.CREATOR


async def test_many_at_once_are_counted(courtyard: Courtyard, settle: Settle) -> None:
    ids = await settle(*[{} for _ in range(12)])
    group = await found(courtyard, ids[0])
    joins = [join(courtyard, one, group) for one in ids]
    await asyncio.gather(*joins)
    assert await members_of(courtyard, ids[0], group) == (12, sorted(ids))
