"""The rules of privacy, every read for every kind of viewer, against a second, slow and obvious set of rules."""

from collections.abc import Awaitable
from typing import Any

import pytest

from dvor.core import friends, likes, message_sending, newsfeed, photos, privacy, users, wall
from dvor.core.courtyard import Courtyard
from dvor.core.newsfeed import TOP
from dvor.model.attachments import Attachment
from dvor.model.errors import Refusal
from dvor.model.files import UploadedPicture
from dvor.model.photos import PictureSize
from dvor.model.users import Access
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

VIEWERS = ("nobody", "stranger", "friend", "follower", "blocked", "owner")
PROFILES = ("open", "closed", "deleted")


async def live(courtyard: Courtyard, settle: Settle, profile: str, access: int) -> dict[str, int]:
    """Make an owner with two posts, a photo and one of each kind of viewer; return their ids."""
    owner, stranger, friend, follower, blocked, host = await settle(
        {"is_closed": profile == "closed", "message_access": access, "wall_access": access},
        {},
        {},
        {},
        {},
        {},
    )

    async def write(tx: Transaction) -> None:
        for one, other in ((owner, friend), (friend, owner), (owner, host), (host, owner)):
            await friends.add_friend(tx, one, other, text="", now=NOW)
        await friends.add_friend(tx, follower, owner, text="", now=NOW)
        await privacy.block(tx, owner, blocked, NOW)
        upload = UploadedPicture("u1", [PictureSize("s", "0" * 64, 75, 75)], {"0" * 64: 10})
        await photos.save_photo(tx, owner, upload, text="", access_key="", quota=0, now=NOW)
        for is_friends_only in (False, True):
            await wall.write_post(
                tx, owner, owner, "text", [], platform="", is_friends_only=is_friends_only, now=NOW
            )
        picture = [Attachment("photo", owner, 1)]
        await wall.write_post(tx, host, host, "look", picture, platform="", is_friends_only=False, now=NOW)
        if profile == "deleted":
            await users.deactivate(tx, owner, "deleted")

    await courtyard.database.write(write)
    return {
        "nobody": 0,
        "stranger": stranger,
        "friend": friend,
        "follower": follower,
        "blocked": blocked,
        "owner": owner,
        "host": host,
    }


async def allowed(action: Awaitable[Any]) -> Any:
    """Return what an action gives, False if it is refused."""
    try:
        return await action
    except Refusal:
        return False


def may_see(profile: str, viewer: str, *, is_friends_only: bool = False) -> bool:
    """The obvious rules of what a viewer sees of the owner."""
    if profile == "deleted":
        return False
    if viewer == "owner":
        return True
    if viewer == "blocked":
        return False
    if profile == "closed" or is_friends_only:
        return viewer == "friend"
    return True


def may_reach(profile: str, viewer: str, access: int) -> bool:
    """The obvious rules of who may write to the owner."""
    if profile == "deleted" or viewer in ("nobody", "blocked"):
        return False
    if viewer == "owner":
        return True
    return access == Access.EVERYONE or (access == Access.FRIENDS and viewer == "friend")


@pytest.mark.parametrize("profile", PROFILES)
async def test_reads(courtyard: Courtyard, settle: Settle, profile: str) -> None:
    ids = await live(courtyard, settle, profile, Access.EVERYONE)
    owner = ids["owner"]
    async with courtyard.database.read() as tx:
        for viewer in VIEWERS:
            me = ids[viewer]
            sees, sees_more = may_see(profile, viewer), may_see(profile, viewer, is_friends_only=True)
            page = await allowed(wall.list_wall(tx, me, owner, "all", offset=0, count=10))
            assert {post.id for post in page.posts} == {1, 2} if sees_more else bool(page) is sees, viewer
            assert not page or page.count == len(page.posts) == sees + sees_more, (
                "counters follow the rules too"
            )
            found = await wall.get_posts(tx, me, [(owner, 1), (owner, 2)])
            assert [post.id for post in found.posts] == [1] * sees + [2] * sees_more, viewer
            listed = await allowed(
                friends.list_friends(tx, me, owner, order="id", offset=0, count=10, with_people=False)
            )
            if viewer != "owner":  # one's own list is one's own, whatever became of the profile
                assert bool(listed) is sees, viewer
            hosted = await wall.get_posts(tx, me, [(ids["host"], 1)])
            assert bool(hosted.attached.photos) is sees, (
                f"{viewer} sees the owner's photo on a third person's wall"
            )
            for post, visible in ((1, sees), (2, sees_more)):
                liked = await allowed(likes.is_liked(tx, me, me, "post", owner, post)) is not False
                exists = await allowed(likes.check_visible(tx, me, "post", owner, post)) is not False
                assert exists is visible, (viewer, post)
                assert not liked
            assert (await allowed(likes.check_visible(tx, me, "photo", owner, 1)) is not False) is (
                sees or (viewer == "owner")
            )


@pytest.mark.parametrize("profile", PROFILES)
async def test_news(courtyard: Courtyard, settle: Settle, profile: str) -> None:
    ids = await live(courtyard, settle, profile, Access.EVERYONE)
    async with courtyard.database.read() as tx:
        for viewer in VIEWERS[1:]:
            news = await newsfeed.read_newsfeed(tx, ids[viewer], cursor=TOP, since=0, until=0, count=50)
            shown = [post.id for post in news.page.posts if post.owner_id == ids["owner"]]
            follows = viewer in ("friend", "follower", "owner")
            expected = [2] * (follows and may_see(profile, viewer, is_friends_only=True))
            assert shown == expected + [1] * (follows and may_see(profile, viewer)), viewer


@pytest.mark.parametrize("access", [Access.NOBODY, Access.FRIENDS, Access.EVERYONE])
@pytest.mark.parametrize("profile", PROFILES)
async def test_writes(courtyard: Courtyard, settle: Settle, profile: str, access: int) -> None:
    ids = await live(courtyard, settle, profile, access)
    owner = ids["owner"]
    for viewer in VIEWERS[1:]:
        me = ids[viewer]
        sent = await allowed(
            courtyard.database.write(
                lambda tx, me=me: message_sending.send_message(tx, me, owner, "hi", [], random_id=0, now=NOW)  # type: ignore[misc]
            )
        )
        assert bool(sent) is may_reach(profile, viewer, access), viewer
        posted = await allowed(
            courtyard.database.write(
                lambda tx, me=me: wall.write_post(  # type: ignore[misc]
                    tx, me, owner, "hi", [], platform="", is_friends_only=False, now=NOW
                )
            )
        )
        assert bool(posted) is (may_reach(profile, viewer, access) and may_see(profile, viewer)), viewer
