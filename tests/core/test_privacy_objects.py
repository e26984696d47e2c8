"""Every object that stands on a person's page, read by every kind of viewer, against slow and obvious rules."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dvor.core import (
    albums,
    comments,
    documents,
    friend_lists,
    friends,
    likes,
    notification_pages,
    photos,
    polls,
    privacy,
    search,
    users,
    wall,
)
from dvor.core.courtyard import Courtyard
from dvor.core.documents import NewDocument
from dvor.core.newsfeed import TOP
from dvor.core.notifications import KINDS
from dvor.model.comments import CommentedKind
from dvor.model.documents import Preview, UploadedDocument
from dvor.model.errors import Refusal
from dvor.model.files import UploadedPicture
from dvor.model.photos import Audience, NewAlbum, PictureSize
from dvor.model.polls import NewPoll
from dvor.model.search import PeopleFilter
from dvor.store.database import Transaction
from tests.core.conftest import NOW, Settle

VIEWERS = ("nobody", "stranger", "friend", "follower", "blocked", "owner", "administrator")
PROFILES = ("open", "closed", "deleted")
KEY = "a key of twenty char"
AUDIENCES = {"everybody": Audience.EVERYBODY, "friends": Audience.FRIENDS, "owner": Audience.OWNER}
Read = Callable[[Transaction, int], Awaitable[Any]]


def obvious(profile: str, viewer: str, audience: str) -> bool:
    """Say, rule by rule, whether a viewer sees what its owner shows to an audience."""
    if audience == "key":
        return True  # who holds the key of a thing opens it
    if profile == "deleted":
        return False
    if audience == "name":
        return True  # that somebody is there is no secret
    if audience == "public":
        return profile == "open" and viewer != "blocked"
    if viewer == "owner":
        return True
    if viewer == "blocked":
        return False
    if audience == "owner":
        return False
    if audience == "friends" or profile == "closed":
        return viewer == "friend"
    return True


class Page:
    """The page of one person with one thing of each kind, and who looks at it."""

    def __init__(self, people: list[int]) -> None:
        names = ("owner", "stranger", "friend", "follower", "blocked", "administrator", "host")
        self.ids = {"nobody": 0, **dict(zip(names, people, strict=True))}
        self.owner, self.host = self.ids["owner"], self.ids["host"]
        self.posts: dict[str, int] = {}
        self.albums: dict[str, int] = {}
        self.photos: dict[str, int] = {}
        self.comments: dict[tuple[CommentedKind, str], int] = {}

    async def fill(self, tx: Transaction) -> None:
        owner, friend, host = self.owner, self.ids["friend"], self.host
        for one, other in ((owner, friend), (friend, owner), (owner, host), (host, owner)):
            await friends.add_friend(tx, one, other, text="", now=NOW)
        await friends.add_friend(tx, self.ids["follower"], owner, text="", now=NOW)
        await privacy.block(tx, owner, self.ids["blocked"], NOW)
        await users.appoint(tx, self.ids["administrator"], is_administrator=True)
        await friend_lists.add_list(tx, owner, "Ближние", [friend])
        called = " ".join(f"[id{one}|x]" for one in self.ids.values() if one not in (0, owner))
        for audience in ("everybody", "friends"):
            number = await wall.write_post(
                tx,
                owner,
                owner,
                f"сирень {called}",
                [],
                platform="",
                is_friends_only=audience == "friends",
                now=NOW,
            )
            self.posts[audience] = number
            await self._comment(tx, "post", audience, number)
        for audience, least in AUDIENCES.items():
            await self._fill_album(tx, audience, least)
        self.repost, _ = await wall.repost(
            tx, host, (owner, self.posts["everybody"]), host, "", platform="", now=NOW
        )
        self.poll = (
            await polls.create_poll(tx, NewPoll(owner_id=owner, author_id=owner, question="?"), ["да"], NOW)
        ).row.id
        await polls.vote(tx, owner, (owner, self.poll), [1], now=NOW)
        file = UploadedDocument("d", "смета.txt", "txt", 1, "1" * 64, Preview(), {"1" * 64: 1})
        new = NewDocument(owner_id=owner, access_key=KEY)
        self.document = (await documents.save_document(tx, owner, file, new, quota=0, now=NOW)).id

    async def _fill_album(self, tx: Transaction, audience: str, least: Audience) -> None:
        new = NewAlbum(owner_id=self.owner, title=audience, viewers=least)
        album = self.albums[audience] = (await albums.create_album(tx, self.owner, new, now=NOW)).id
        upload = UploadedPicture(audience, [PictureSize("s", "0" * 64, 75, 75)], {"0" * 64: 10})
        photo = await photos.save_photo(
            tx, self.owner, upload, album_id=album, text="", access_key=KEY, quota=0, now=NOW
        )
        self.photos[audience] = photo.id
        await self._comment(tx, "photo", audience, photo.id)

    async def _comment(self, tx: Transaction, kind: CommentedKind, audience: str, item: int) -> None:
        who = self.owner if audience == "owner" else self.host
        number, _ = await comments.write_comment(tx, who, (self.owner, kind, item), "вижу", [], now=NOW)
        self.comments[kind, audience] = number

    def reads(self) -> list[tuple[str, str, Read]]:
        """Every read: what it is called, whom its object is shown to, and whether it gives the object."""
        return [*self._reads_of_posts(), *self._reads_of_photos(), *self._reads_of_the_rest()]

    def _reads_of_posts(self) -> list[tuple[str, str, Read]]:
        owner = self.owner
        found: list[tuple[str, str, Any]] = []
        for audience, post in self.posts.items():
            key = (owner, post)

            async def by_words(tx: Transaction, me: int, post: int = post) -> bool:
                page = await search.search_wall(tx, me, owner, "сир", owners_only=False, offset=0, count=9)
                assert page.count == len(page.posts)
                return post in [one.id for one in page.posts]

            async def told(tx: Transaction, me: int, post: int = post) -> bool:
                page = await notification_pages.read_notifications(tx, me, KINDS, count=50)
                return any(row.made == ("post", owner, post) for row in page.notifications)

            async def public(tx: Transaction, me: int, key: tuple[int, int] = key) -> set[bool]:
                found = (await search.search_posts(tx, me, "сирень", cursor=TOP, since=0, count=9))[1]
                listed = await search.list_public_posts(
                    tx, me, cursor=TOP, since=0, count=9, with_others=True
                )
                return {
                    key in [(one.owner_id, one.id) for one in news.page.posts] for news in (found, listed)
                }

            found += [
                (f"{audience} post", audience, lambda tx, me, key=key: wall.get_post(tx, me, *key)),
                (f"{audience} post by words", audience, by_words),
                (f"{audience} post in public", "public" if audience == "everybody" else "none", public),
                (f"reposts of the {audience} post", audience, lambda tx, me, key=key: _reached(wall.list_reposts(tx, me, *key, offset=0, count=9))),
                (f"likes of the {audience} post", audience, lambda tx, me, key=key: _reached(likes.list_fans(tx, me, "post", *key, offset=0, count=9))),
                (f"{audience} post that calls one", f"called {audience}", told),
            ]  # fmt: skip
        return found

    def _reads_of_photos(self) -> list[tuple[str, str, Read]]:
        owner = self.owner
        found: list[tuple[str, str, Any]] = []
        for audience, photo in self.photos.items():
            album = self.albums[audience]

            async def listed(tx: Transaction, me: int, album: int = album) -> set[bool]:
                page = await albums.list_albums(
                    tx, me, owner, [], offset=0, count=9, with_system=False, with_covers=True
                )
                assert page.count == len(page.albums)
                assert set(page.covers) == {one.id for one in page.albums}
                numbers = await albums.find_shown_albums(tx, me, owner, with_system=False)
                assert len(numbers) == await albums.count_albums(tx, me, owner)
                return {album in [one.id for one in page.albums], album in numbers}

            found += [
                (f"{audience} album", audience, lambda tx, me, album=album: albums.get_album(tx, me, owner, album)),
                (f"{audience} album in the list", audience, listed),
                (f"{audience} photo", audience, lambda tx, me, photo=photo: photos.get_photo(tx, me, (owner, photo))),
                (f"{audience} photo by its key", "key", lambda tx, me, photo=photo: photos.get_photo(tx, me, (owner, photo), KEY)),
            ]  # fmt: skip
        for (kind, audience), number in self.comments.items():
            item = {"post": self.posts, "photo": self.photos}[kind][audience]
            subject = (owner, kind, item)
            found += [
                (f"comment on the {audience} {kind}", audience, lambda tx, me, number=number: comments.get_comment(tx, me, owner, number)),
                (f"comments on the {audience} {kind}", audience, lambda tx, me, subject=subject: _first_comment(tx, me, subject)),
                (f"likes of the comment on the {audience} {kind}", audience, lambda tx, me, number=number: likes.check_visible(tx, me, "comment", owner, number)),
            ]  # fmt: skip
        return found

    def _reads_of_the_rest(self) -> list[tuple[str, str, Read]]:
        owner = self.owner

        async def copied(tx: Transaction, me: int) -> bool:
            page = await wall.get_posts(tx, me, [(self.host, self.repost)])
            assert len(page.posts) == 1, "the repost itself is on an open page"
            return bool(page.copied)

        async def named(tx: Transaction, me: int) -> bool:
            total, ids, _ = await search.search_people(
                tx, me, "N0", PeopleFilter(), order="oldest", offset=0, count=9
            )
            assert total == len(ids)
            return owner in ids

        async def described(tx: Transaction, me: int) -> bool:
            wanted = PeopleFilter(city="Псков")
            return (
                owner
                in (await search.search_people(tx, me, "", wanted, order="oldest", offset=0, count=9))[1]
            )

        async def listed(tx: Transaction, me: int, list_id: int) -> list[int]:
            page = await friends.list_friends(
                tx, me, owner, order="id", offset=0, count=9, with_people=False, list_id=list_id
            )
            return page.user_ids

        async def found_document(tx: Transaction, me: int) -> list[Any]:
            page = await documents.search_documents(tx, me, "смет", is_own=False, offset=0, count=9)
            return page.documents

        key = (owner, self.document)
        return [
            ("original of a repost", "everybody", copied),
            ("name", "name", named),
            ("city", "described", described),
            ("friends", "everybody", lambda tx, me: listed(tx, me, 0)),
            ("list of friends", "owner", lambda tx, me: listed(tx, me, 1)),
            ("friends by name", "everybody", lambda tx, me: search.search_friends(tx, me, owner, "N2", offset=0, count=9)),
            ("followers", "everybody", lambda tx, me: friends.list_followers(tx, me, owner, offset=0, count=9)),
            ("poll", "everybody", lambda tx, me: polls.get_poll(tx, me, (owner, self.poll))),
            ("documents", "owner", lambda tx, me: documents.list_documents(tx, me, owner, type_number=0, offset=0, count=9)),
            ("types of documents", "owner", lambda tx, me: documents.count_types(tx, me, owner)),
            ("document", "owner", lambda tx, me: documents.get_documents(tx, me, [(*key, "")])),
            ("document by words", "owner", found_document),
            ("document by its key", "key", lambda tx, me: documents.get_documents(tx, me, [(*key, KEY)])),
            ("document by a wrong key", "owner", lambda tx, me: documents.get_documents(tx, me, [(*key, "x")])),
        ]  # fmt: skip


async def _first_comment(tx: Transaction, me: int, key: tuple[int, CommentedKind, int]) -> list[Any]:
    page = await comments.list_comments(
        tx, me, key, thread_id=0, offset=0, count=9, is_rising=True, thread_count=0
    )
    assert page.count == len(page.comments)
    return page.comments


async def _reached(action: Awaitable[Any]) -> bool:
    """Say that a list is given, whatever is in it; its refusal goes on."""
    await action
    return True


async def outcome(action: Awaitable[Any]) -> set[bool]:
    """Return whether a read gave something; every answer that it gave where it asks in several ways."""
    try:
        found = await action
    except Refusal:
        return {False}
    return found if isinstance(found, set) else {bool(found)}


def expected(profile: str, viewer: str, audience: str) -> bool:
    """The obvious rules, and the few that are about the viewer rather than the page."""
    if audience == "none":
        return False
    if audience == "described":
        return profile == "open"  # a closed profile is found by its name alone
    if audience.startswith("called "):
        called = viewer not in ("nobody", "owner")
        return called and obvious(profile, viewer, audience.removeprefix("called "))
    return obvious(profile, viewer, audience)


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_object_of_a_page(courtyard: Courtyard, settle: Settle, profile: str) -> None:
    special = {"is_closed": profile == "closed", "city": "Псков"}
    page = Page(await settle(special, *({} for _ in range(6))))
    await courtyard.database.write(page.fill)
    if profile == "deleted":
        await courtyard.database.write(lambda tx: users.deactivate(tx, page.owner, "deleted"))
    async with courtyard.database.read() as tx:
        for viewer in VIEWERS:
            if (profile, viewer) == ("deleted", "owner"):
                continue  # a deleted person has no session to look with
            for name, audience, read in page.reads():
                wanted = {expected(profile, viewer, audience)}
                assert await outcome(read(tx, page.ids[viewer])) == wanted, f"{viewer} reads: {name}"


@pytest.mark.parametrize("profile", PROFILES)
async def test_who_votes_and_sees_votes(courtyard: Courtyard, settle: Settle, profile: str) -> None:
    page = Page(await settle({"is_closed": profile == "closed"}, *({} for _ in range(6))))
    await courtyard.database.write(page.fill)
    if profile == "deleted":
        await courtyard.database.write(lambda tx: users.deactivate(tx, page.owner, "deleted"))
    key = (page.owner, page.poll)
    for viewer in VIEWERS[1:]:
        me = page.ids[viewer]
        if viewer == "owner":
            continue

        async def voters(tx: Transaction, me: int = me) -> Any:
            return await polls.list_voters(tx, me, key, [1], friends_only=False, offset=0, count=9)

        sees = obvious(profile, viewer, "everybody")
        async with courtyard.database.read() as tx:
            assert await outcome(voters(tx)) == {False}, f"{viewer} sees votes before his own"
        voted = courtyard.database.write(lambda tx, me=me: polls.vote(tx, me, key, [1], now=NOW))  # type: ignore[misc]
        assert await outcome(voted) == {sees}, viewer
        async with courtyard.database.read() as tx:
            assert await outcome(voters(tx)) == {sees}, viewer
