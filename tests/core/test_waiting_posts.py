"""Posts that wait: they come when their time has come, once, and those suggested when an editor says so."""

from typing import Any

import pytest

from dvor.core import groups, notification_pages, notifications, search, users, waiting_posts, wall
from dvor.core.courtyard import Courtyard
from dvor.core.jobs import JobWorker
from dvor.core.newsfeed import TOP
from dvor.core.waiting_posts import FURTHEST_SECONDS
from dvor.model.errors import AccessDenied, InvalidParameter, PostForbidden, PostNotFound
from dvor.model.groups import NewGroup, WallMode
from dvor.model.wall import MAX_WAITING
from tests.core.conftest import NOW, Clock, Settle


async def submit(courtyard: Courtyard, author: int, text: str = "Ёлка", owner: int = 0, **more: Any) -> int:
    named: dict[str, Any] = {"platform": "", "is_friends_only": False, "now": NOW} | more
    return await courtyard.database.write(
        lambda tx: waiting_posts.submit_post(tx, author, owner or author, text, [], **named)
    )


async def on_wall(courtyard: Courtyard, viewer: int, owner: int) -> list[tuple[int, int, str, int]]:
    async with courtyard.database.read() as tx:
        page = await wall.list_wall(tx, viewer, owner, "all", offset=0, count=100)
    return [(post.id, post.from_id, post.text, post.created_at) for post in page.posts]


async def waiting(courtyard: Courtyard, viewer: int, owner: int, kind: Any = "postponed") -> list[int]:
    async with courtyard.database.read() as tx:
        page = await waiting_posts.list_waiting(tx, viewer, owner, kind, offset=0, count=100)
    assert page.count == len(page.posts)
    return [post.id for post in page.posts]


async def work(courtyard: Courtyard) -> None:
    worker = JobWorker(courtyard)
    while await worker.work_once():
        pass


async def test_what_is_put_off_comes_once(courtyard: Courtyard, settle: Settle, clock: Clock) -> None:
    anna, boris = await settle({}, {})
    number = await submit(courtyard, anna, publish_at=NOW + 100)
    later = await submit(courtyard, anna, "Позже", publish_at=NOW + 200)
    assert await waiting(courtyard, anna, anna) == [number, later]
    with pytest.raises(AccessDenied):
        await waiting(courtyard, boris, anna)
    await work(courtyard)
    assert await on_wall(courtyard, anna, anna) == []
    clock.now = NOW + 150
    await work(courtyard)
    await work(courtyard)
    assert await on_wall(courtyard, boris, anna) == [(number, anna, "Ёлка", NOW + 100)]
    assert await waiting(courtyard, anna, anna) == [later]
    async with courtyard.database.read() as tx:
        found, _ = await search.search_posts(tx, 0, "елк", cursor=TOP, since=0, count=5)
    assert found == 1


async def test_another_time_and_none(courtyard: Courtyard, settle: Settle, clock: Clock) -> None:
    anna, boris = await settle({}, {})
    number = await submit(courtyard, anna, publish_at=NOW + 100)

    async def edit(who: int, text: str, publish_at: int) -> None:
        await courtyard.database.write(
            lambda tx: waiting_posts.edit_waiting(
                tx, who, anna, number, text, None, publish_at=publish_at, now=NOW
            )
        )

    with pytest.raises(PostNotFound):
        await edit(boris, "x", 0)
    with pytest.raises(InvalidParameter):
        await edit(anna, "x", NOW)
    await edit(anna, "Сосна", NOW + 300)
    clock.now = NOW + 200
    await work(courtyard)
    assert await on_wall(courtyard, anna, anna) == []
    clock.now = NOW + 300
    await work(courtyard)
    assert await on_wall(courtyard, anna, anna) == [(number, anna, "Сосна", NOW + 300)]
    gone = await submit(courtyard, anna, publish_at=NOW + 400)
    await courtyard.database.write(lambda tx: waiting_posts.cancel_waiting(tx, anna, anna, gone))
    clock.now = NOW + 500
    await work(courtyard)
    assert len(await on_wall(courtyard, anna, anna)) == 1


async def test_what_cannot_be_put_off(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({"wall_access": 0}, {})
    for time in (NOW, NOW - 1, NOW + FURTHEST_SECONDS + 1):
        with pytest.raises(InvalidParameter):
            await submit(courtyard, anna, publish_at=time)
    with pytest.raises(PostForbidden):
        await submit(courtyard, boris, owner=anna, publish_at=NOW + 5)
    once = [await submit(courtyard, anna, publish_at=NOW + 5, guid="a") for _ in range(2)]
    assert once[0] == once[1]
    for _ in range(MAX_WAITING - 1):
        await submit(courtyard, anna, publish_at=NOW + 5)
    with pytest.raises(PostForbidden):
        await submit(courtyard, anna, publish_at=NOW + 5)


async def test_who_may_write_no_longer_is_not_published(
    courtyard: Courtyard, settle: Settle, clock: Clock
) -> None:
    anna, boris = await settle({}, {})
    await submit(courtyard, boris, owner=anna, publish_at=NOW + 5)
    await courtyard.database.write(lambda tx: users.deactivate(tx, anna, "banned"))
    clock.now = NOW + 5
    await work(courtyard)
    await courtyard.database.write(lambda tx: users.deactivate(tx, anna, None))
    assert await on_wall(courtyard, anna, anna) == []


async def test_members_suggest_and_editors_decide(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    group = NewGroup(name="Сад", wall_mode=WallMode.LIMITED)
    wall_id = -await courtyard.database.write(lambda tx: groups.create_group(tx, anna, group, now=NOW))
    first, second = [await submit(courtyard, boris, text, wall_id) for text in ("Клумба", "Шланг")]
    assert await on_wall(courtyard, anna, wall_id) == []
    assert await waiting(courtyard, anna, wall_id, "suggested") == [first, second]
    assert await waiting(courtyard, boris, wall_id, "suggested") == [first, second]
    assert await waiting(courtyard, clara, wall_id, "suggested") == []

    async def publish(who: int, number: int, text: str = "", *, is_signed: bool = False) -> None:
        await courtyard.database.write(
            lambda tx: waiting_posts.publish_now(
                tx, who, wall_id, number, text, is_signed=is_signed, now=NOW + 9
            )
        )

    with pytest.raises(AccessDenied):
        await publish(boris, first)
    with pytest.raises(PostNotFound):
        await publish(clara, first)
    await publish(anna, first, "Новая клумба", is_signed=True)
    assert await on_wall(courtyard, clara, wall_id) == [(first, wall_id, "Новая клумба", NOW + 9)]
    async with courtyard.database.read() as tx:
        (post,) = (await wall.get_posts(tx, clara, [(wall_id, first)])).posts
        told = await notification_pages.read_notifications(tx, boris, notifications.KINDS, count=5)
    assert post.signer_id == boris
    assert [(one.kind, one.made_id) for one in told.notifications] == [("wall_publish", first)]
    await courtyard.database.write(lambda tx: waiting_posts.cancel_waiting(tx, boris, wall_id, second))
    assert await waiting(courtyard, anna, wall_id, "suggested") == []
    assert await submit(courtyard, anna, "Сама", wall_id) == 3
    assert len(await on_wall(courtyard, clara, wall_id)) == 2
