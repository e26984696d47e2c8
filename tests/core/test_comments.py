"""Comments: who may write and see them, threads, counters, and taking them back."""

import asyncio

import pytest

from dvor.core import comments, groups, likes, wall
from dvor.core.courtyard import Courtyard
from dvor.model.comments import EDIT_SECONDS
from dvor.model.errors import (
    AccessDenied,
    CommentForbidden,
    CommentNotFound,
    GroupClosed,
    InvalidParameter,
    PostForbidden,
    PostNotFound,
)
from dvor.model.groups import GroupAccess, NewGroup, WallMode
from dvor.store.wall import load_posts
from tests.core.conftest import NOW, Settle


async def post(courtyard: Courtyard, author: int, owner: int, **more: bool) -> int:
    return await courtyard.database.write(
        lambda tx: wall.write_post(
            tx,
            author,
            owner,
            "post",
            [],
            platform="",
            is_friends_only=False,
            now=NOW,
            **more,  # type: ignore[arg-type]
        )
    )


async def comment(
    courtyard: Courtyard,
    author: int,
    owner: int,
    number: int,
    text: str = "hi",
    *,
    reply_to: int = 0,
    guid: str = "",
) -> int:
    made, _ = await courtyard.database.write(
        lambda tx: comments.write_comment(
            tx, author, (owner, "post", number), text, [], reply_to_id=reply_to, guid=guid, now=NOW
        )
    )
    return made


async def texts(courtyard: Courtyard, viewer: int, owner: int, number: int, *, thread: int = 0) -> list[str]:
    async with courtyard.database.read() as tx:
        page = await comments.list_comments(
            tx,
            viewer,
            (owner, "post", number),
            thread_id=thread,
            offset=0,
            count=50,
            is_rising=True,
            thread_count=3,
        )
        counted = (await load_posts(tx, [(owner, number)], viewer))[owner, number].comments
    if not thread:
        assert page.count == counted == len(page.comments) + sum(one.replies for one in page.comments)
    return [one.text for one in page.comments]


async def test_threads_are_one_level_deep(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    first = await comment(courtyard, boris, anna, number, "first")
    answer = await comment(courtyard, anna, anna, number, "answer", reply_to=first)
    await comment(courtyard, boris, anna, number, "deeper", reply_to=answer)
    await comment(courtyard, anna, anna, number, "second")
    assert await texts(courtyard, boris, anna, number) == ["first", "second"]
    assert await texts(courtyard, boris, anna, number, thread=first) == ["answer", "deeper"]
    async with courtyard.database.read() as tx:
        page = await comments.list_comments(
            tx, anna, (anna, "post", number), thread_id=0, offset=0, count=9, is_rising=False, thread_count=1
        )
    assert [one.text for one in page.comments] == ["second", "first"]
    assert [one.text for one in page.threads[first]] == ["answer"]
    other = await post(courtyard, anna, anna)
    with pytest.raises(CommentNotFound):
        await comment(courtyard, anna, anna, other, reply_to=first)


async def test_posts_and_comments_draw_from_one_counter(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    made = await asyncio.gather(*(comment(courtyard, boris, anna, number, str(one)) for one in range(10)))
    assert sorted(made) == list(range(number + 1, number + 11))
    assert await post(courtyard, anna, anna) == number + 11
    assert len(await texts(courtyard, anna, anna, number)) == 10


async def test_the_same_guid_is_one_comment(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    once = [await comment(courtyard, boris, anna, number, guid="x") for _ in range(3)]
    assert len(set(once)) == 1
    assert await comment(courtyard, anna, anna, number, guid="x") != once[0], "another's"


@pytest.mark.parametrize("special", [{"is_closed": True}, {"deactivated": "banned"}])
async def test_nobody_comments_on_what_he_does_not_see(
    courtyard: Courtyard, settle: Settle, special: dict[str, object]
) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    closed, other = await settle(special, {})
    for owner, author in ((closed, boris), (anna, 0)):
        with pytest.raises((PostNotFound, CommentForbidden)):
            await comment(courtyard, author, owner, number)
    with pytest.raises(InvalidParameter):
        await comment(courtyard, other, anna, number, "")


async def test_closed_to_comments(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, anna, anna)
    with pytest.raises(AccessDenied):
        await courtyard.database.write(
            lambda tx: wall.close_comments(tx, boris, anna, number, is_closed=True)
        )
    await courtyard.database.write(lambda tx: wall.close_comments(tx, anna, anna, number, is_closed=True))
    with pytest.raises(CommentForbidden):
        await comment(courtyard, boris, anna, number)
    await courtyard.database.write(lambda tx: wall.close_comments(tx, anna, anna, number, is_closed=False))
    await comment(courtyard, boris, anna, number)


async def test_communities_and_comments(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    for access, mode, may in (
        (GroupAccess.OPEN, WallMode.OPEN, True),
        (GroupAccess.OPEN, WallMode.LIMITED, True),
        (GroupAccess.OPEN, WallMode.CLOSED, False),
        (GroupAccess.CLOSED, WallMode.OPEN, False),
    ):
        group = NewGroup(name="Сад", access=access, wall_mode=mode)
        number = await courtyard.database.write(
            lambda tx, group=group: groups.create_group(tx, anna, group, now=NOW)  # type: ignore[misc]
        )
        post_id = await post(courtyard, anna, -number, from_group=True)
        if may:
            await comment(courtyard, boris, -number, post_id)
        else:
            with pytest.raises((CommentForbidden, PostNotFound, GroupClosed)):
                await comment(courtyard, boris, -number, post_id)


async def test_editing_deleting_restoring(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara = await settle({}, {}, {})
    number = await post(courtyard, anna, anna)
    made = await comment(courtyard, boris, anna, number, "one")
    write = courtyard.database.write
    for who, now in ((anna, NOW), (boris, NOW + EDIT_SECONDS + 1)):
        with pytest.raises(AccessDenied):
            await write(
                lambda tx, who=who, now=now: comments.edit_comment(tx, who, anna, made, "x", [], now=now)  # type: ignore[misc]
            )
    await write(lambda tx: comments.edit_comment(tx, boris, anna, made, "two", [], now=NOW))
    assert await texts(courtyard, anna, anna, number) == ["two"]
    with pytest.raises(AccessDenied):
        await write(lambda tx: comments.delete_comment(tx, clara, anna, made, now=NOW))
    await write(lambda tx: comments.delete_comment(tx, anna, anna, made, now=NOW))
    assert await texts(courtyard, anna, anna, number) == []
    with pytest.raises(CommentNotFound):
        await write(lambda tx: comments.restore_comment(tx, boris, anna, made, now=NOW))
    await write(lambda tx: comments.restore_comment(tx, anna, anna, made, now=NOW))
    assert await texts(courtyard, anna, anna, number) == ["two"]
    assert await write(lambda tx: likes.add_like(tx, clara, "comment", anna, made, now=NOW)) == 1
    async with courtyard.database.read() as tx:
        total, fans, _ = await likes.list_fans(tx, anna, "comment", anna, made, offset=0, count=5)
    assert (total, fans) == (1, [clara])


async def test_reposts_repeat_the_original_and_are_counted(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, clara, closed = await settle({}, {}, {}, {"is_closed": True})
    number = await post(courtyard, anna, anna)
    hidden = await post(courtyard, closed, closed)
    write = courtyard.database.write
    second, _ = await write(
        lambda tx: wall.repost(tx, boris, (anna, number), boris, "look", platform="", now=NOW)
    )
    third, original = await write(
        lambda tx: wall.repost(tx, clara, (boris, second), clara, "", platform="", now=NOW)
    )
    assert (original.owner_id, original.id) == (anna, number)
    with pytest.raises(PostNotFound):
        await write(lambda tx: wall.repost(tx, boris, (closed, hidden), boris, "", platform="", now=NOW))
    async with courtyard.database.read() as tx:
        page = await wall.get_posts(tx, boris, [(clara, third), (anna, number)])
        assert page.posts[0].copied == (anna, number)
        assert set(page.copied) == {(anna, number)}
        assert page.posts[1].reposts == 2
        found = await wall.list_reposts(tx, anna, anna, number, offset=0, count=5)
        assert {(one.owner_id, one.id) for one in found.posts} == {(boris, second), (clara, third)}
    await write(lambda tx: wall.delete_post(tx, clara, clara, third, now=NOW))
    async with courtyard.database.read() as tx:
        assert (await wall.get_post(tx, anna, anna, number)).reposts == 1
    await write(lambda tx: wall.restore_post(tx, clara, clara, third))
    async with courtyard.database.read() as tx:
        assert (await wall.get_post(tx, anna, anna, number)).reposts == 2


async def test_a_page_of_reposts_is_filled_with_those_that_one_may_see(
    courtyard: Courtyard, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "REPOSTS_AT_ONCE", 2)
    anna, *others = await settle(
        {}, {}, {"is_closed": True}, {"is_closed": True}, {}, {"is_closed": True}, {}
    )
    number = await post(courtyard, anna, anna)
    for second, one in enumerate(others):
        await courtyard.database.write(
            lambda tx, one=one, second=second: wall.repost(  # type: ignore[misc]
                tx, one, (anna, number), one, "", platform="", now=NOW + second
            )
        )
    seen = [others[5], others[3], others[0]]
    async with courtyard.database.read() as tx:
        for offset in range(4):
            for count in range(4):
                page = await wall.list_reposts(tx, anna, anna, number, offset=offset, count=count)
                expected = seen[offset : offset + count]
                assert [one.owner_id for one in page.posts] == expected
                assert page.count == len(expected)


async def test_the_pinned_post_is_first_on_the_first_page_only(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    numbers = [await post(courtyard, anna, anna) for _ in range(4)]
    foreign = await post(courtyard, boris, anna)
    write = courtyard.database.write
    for who, which in ((boris, numbers[0]), (anna, foreign)):
        with pytest.raises(AccessDenied):
            await write(lambda tx, who=who, which=which: wall.pin_post(tx, who, anna, which, is_pinned=True))  # type: ignore[misc]
    await write(lambda tx: wall.pin_post(tx, anna, anna, numbers[1], is_pinned=True))
    async with courtyard.database.read() as tx:
        page = await wall.list_wall(tx, boris, anna, "owner", offset=0, count=10)
        assert [one.id for one in page.posts] == [numbers[1], numbers[3], numbers[2], numbers[0]]
        pages = [await wall.list_wall(tx, boris, anna, "owner", offset=one, count=2) for one in (0, 2, 4)]
        assert [[one.id for one in page.posts] for page in pages] == [
            [numbers[1], numbers[3]],
            [numbers[2], numbers[0]],
            [],
        ]
    await write(lambda tx: wall.pin_post(tx, anna, anna, numbers[1], is_pinned=False))
    async with courtyard.database.read() as tx:
        page = await wall.list_wall(tx, boris, anna, "owner", offset=0, count=1)
    assert [one.id for one in page.posts] == [numbers[3]]


async def test_only_the_author_edits_his_post(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    number = await post(courtyard, boris, anna)
    write = courtyard.database.write
    with pytest.raises(AccessDenied):
        await write(lambda tx: wall.edit_post(tx, anna, anna, number, "x", None, now=NOW))
    await write(lambda tx: wall.edit_post(tx, boris, anna, number, "other", None, now=NOW + 5))
    async with courtyard.database.read() as tx:
        found = await wall.get_post(tx, anna, anna, number)
    assert (found.text, found.edited_at) == ("other", NOW + 5)
    with pytest.raises(PostForbidden):
        await write(lambda tx: wall.repost(tx, 0, (anna, number), anna, "", platform="", now=NOW))
