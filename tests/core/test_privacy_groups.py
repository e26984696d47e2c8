"""Everything that a community shows, read by everybody who can stand to it, against slow and obvious rules."""

from typing import Any

import pytest

from dvor.core import (
    albums,
    comments,
    documents,
    groups,
    newsfeed,
    notification_pages,
    photos,
    polls,
    search,
    waiting_posts,
    wall,
)
from dvor.core.courtyard import Courtyard
from dvor.core.documents import NewDocument
from dvor.core.newsfeed import TOP
from dvor.core.notifications import KINDS
from dvor.model.attachments import Attachment
from dvor.model.documents import Preview, UploadedDocument
from dvor.model.files import UploadedPicture
from dvor.model.groups import GroupAccess, GroupBan, GroupMember, MemberStatus, NewGroup, Role, WallMode
from dvor.model.photos import NewAlbum, PictureSize
from dvor.model.polls import NewPoll
from dvor.store.database import Transaction
from dvor.store.group_members import save_member
from dvor.store.groups import step_members
from tests.core.conftest import NOW, Settle
from tests.core.test_privacy_objects import KEY, Read, outcome

MANAGERS = {"moderator": Role.MODERATOR, "editor": Role.EDITOR, "administrator": Role.ADMINISTRATOR}
VIEWERS = (
    "nobody",
    "stranger",
    "member",
    "requested",
    "invited",
    "blacklisted",
    *MANAGERS,
    "creator",
    "itself",
)


def obvious(access: GroupAccess, viewer: str, audience: str) -> bool:
    """Say, rule by rule, whether a viewer sees what the community shows to an audience."""
    runs = viewer in (*MANAGERS, "creator", "itself")
    if audience == "key":
        return True
    if audience == "managers":
        return runs
    if audience == "editors":
        return runs and viewer != "moderator"
    if audience == "known":  # of a private one knows who is in, invited, or has asked
        return access != GroupAccess.PRIVATE or runs or viewer in ("member", "requested", "invited")
    if audience == "listing":  # a search never gives a private one
        return access != GroupAccess.PRIVATE
    if audience == "public":  # what is written in the open for all the courtyard
        return access == GroupAccess.OPEN and viewer != "blacklisted"
    inside = runs or viewer == "member"
    if audience == "members' feeds":
        return inside and viewer != "itself"
    if audience == "own suggestion":
        return (runs and viewer != "moderator") or viewer == "member"
    if viewer == "blacklisted":
        return False
    if audience == "called":
        return viewer not in ("nobody", "itself") and (access == GroupAccess.OPEN or inside)
    return access == GroupAccess.OPEN or inside


class Yard:
    """A community with one thing of each kind, one viewer of each kind, and an outsider's wall that repeats it."""

    def __init__(self, access: GroupAccess, people: list[int]) -> None:
        self.access = access
        self.ids = {"nobody": 0, **dict(zip([*VIEWERS[1:-1], "host"], people, strict=True))}

    async def fill(self, tx: Transaction) -> None:
        creator, member, host = self.ids["creator"], self.ids["member"], self.ids["host"]
        new = NewGroup(name="Голубятня", screen_name="doves", access=self.access, wall_mode=WallMode.LIMITED)
        self.group = await groups.create_group(tx, creator, new, now=NOW)
        self.owner = self.ids["itself"] = -self.group
        await self._let_in(tx, "member", host=host, **MANAGERS)
        for name, status in (("requested", MemberStatus.REQUESTED), ("invited", MemberStatus.INVITED)):
            await save_member(tx, GroupMember(self.group, self.ids[name], status, Role.NONE, NOW, creator))
        await groups.ban(
            tx, creator, GroupBan(self.group, self.ids["blacklisted"], creator, 0, "", False, NOW, 0)
        )
        upload = UploadedPicture("p", [PictureSize("s", "0" * 64, 75, 75)], {"0" * 64: 10})
        album = await albums.create_album(tx, creator, NewAlbum(owner_id=self.owner, title="Птицы"), now=NOW)
        self.album = album.id
        photo = await photos.save_photo(
            tx,
            creator,
            upload,
            owner_id=self.owner,
            album_id=album.id,
            text="",
            access_key=KEY,
            quota=0,
            now=NOW,
        )
        self.photo = photo.id
        file = UploadedDocument("d", "смета.txt", "txt", 1, "1" * 64, Preview(), {"1" * 64: 1})
        new_document = NewDocument(owner_id=self.owner, access_key=KEY)
        self.document = (await documents.save_document(tx, creator, file, new_document, quota=0, now=NOW)).id
        poll = NewPoll(owner_id=self.owner, author_id=creator, question="?")
        self.poll = (await polls.create_poll(tx, poll, ["да"], NOW)).row.id
        about: Any = {"platform": "", "is_friends_only": False, "now": NOW}
        called = " ".join(
            f"[id{one}|x]" for name, one in self.ids.items() if name not in ("nobody", "itself")
        )
        self.post = await wall.write_post(
            tx, creator, self.owner, f"голуби {called}", [], from_group=True, **about
        )
        self.comment, _ = await comments.write_comment(
            tx, creator, (self.owner, "post", self.post), "да", [], from_group=True, now=NOW
        )
        self.photo_comment, _ = await comments.write_comment(
            tx, creator, (self.owner, "photo", self.photo), "да", [], from_group=True, now=NOW
        )
        self.suggested = await waiting_posts.submit_post(tx, member, self.owner, "можно?", [], **about)
        self.put_off = await waiting_posts.submit_post(
            tx, creator, self.owner, "потом", [], publish_at=NOW + 60, from_group=True, **about
        )
        self.repost, _ = await wall.repost(tx, host, (self.owner, self.post), host, "", platform="", now=NOW)
        shown = [Attachment("photo", self.owner, self.photo), Attachment("doc", self.owner, self.document)]
        self.shown = await wall.write_post(tx, host, host, "смотрите", shown, **about)

    async def _let_in(self, tx: Transaction, *names: str, host: int, **roles: Role) -> None:
        for who, role in [*((self.ids[name], Role.NONE) for name in names), (host, Role.NONE)] + [
            (self.ids[name], role) for name, role in roles.items()
        ]:
            await save_member(tx, GroupMember(self.group, who, MemberStatus.MEMBER, role, NOW, 0))
            await step_members(tx, self.group, 1)

    def reads(self) -> list[tuple[str, str, Read]]:
        """Every read: what it is called, whom its object is shown to, and whether it gives the object."""
        return [*self._reads_of_the_wall(), *self._reads_of_things(), *self._reads_of_people()]

    def _reads_of_the_wall(self) -> list[tuple[str, str, Read]]:
        owner, post = self.owner, self.post

        async def whole(tx: Transaction, me: int) -> bool:
            page = await wall.list_wall(tx, me, owner, "all", offset=0, count=9)
            assert [one.id for one in page.posts] == [post], "what waits does not stand on the wall"
            return page.count == 1

        async def by_words(tx: Transaction, me: int) -> bool:
            page = await search.search_wall(tx, me, owner, "голу", owners_only=False, offset=0, count=9)
            return page.count == len(page.posts) == 1

        async def public(tx: Transaction, me: int) -> set[bool]:
            _, found = await search.search_posts(tx, me, "голуби", cursor=TOP, since=0, count=9)
            listed = await search.list_public_posts(tx, me, cursor=TOP, since=0, count=9, with_others=True)
            return {
                (owner, post) in [(one.owner_id, one.id) for one in news.page.posts]
                for news in (found, listed)
            }

        async def in_news(tx: Transaction, me: int) -> bool:
            if me <= 0:
                return False
            news = await newsfeed.read_newsfeed(tx, me, cursor=TOP, since=0, until=0, count=9)
            return (owner, post) in [(one.owner_id, one.id) for one in news.page.posts]

        async def told(tx: Transaction, me: int) -> bool:
            page = await notification_pages.read_notifications(tx, me, KINDS, count=50)
            return any(row.made == ("post", owner, post) for row in page.notifications)

        async def copied(tx: Transaction, me: int) -> bool:
            return bool((await wall.get_posts(tx, me, [(self.ids["host"], self.repost)])).copied)

        async def waiting(tx: Transaction, me: int, kind: Any) -> list[Any]:
            page = await waiting_posts.list_waiting(tx, me, owner, kind, offset=0, count=9)
            assert page.count == len(page.posts)
            return page.posts

        async def below(tx: Transaction, me: int, kind: Any, item: int) -> list[Any]:
            page = await comments.list_comments(
                tx, me, (owner, kind, item), thread_id=0, offset=0, count=9, is_rising=True, thread_count=0
            )
            return page.comments

        return [
            ("wall", "guests", whole),
            ("post", "guests", lambda tx, me: wall.get_post(tx, me, owner, post)),
            ("post by words", "guests", by_words),
            ("post in public", "public", public),
            ("post in the newsfeed", "members' feeds", in_news),
            ("post that calls one", "called", told),
            ("original of a repost", "guests", copied),
            ("comments", "guests", lambda tx, me: below(tx, me, "post", post)),
            ("comments on the photo", "guests", lambda tx, me: below(tx, me, "photo", self.photo)),
            ("comment", "guests", lambda tx, me: comments.get_comment(tx, me, owner, self.comment)),
            ("comment on the photo", "guests", lambda tx, me: comments.get_comment(tx, me, owner, self.photo_comment)),
            ("what is suggested", "own suggestion", lambda tx, me: waiting(tx, me, "suggested")),
            ("what is put off", "editors", lambda tx, me: waiting(tx, me, "postponed")),
            ("what waits, by its number", "none", lambda tx, me: wall.get_post(tx, me, owner, self.suggested)),
        ]  # fmt: skip

    def _reads_of_things(self) -> list[tuple[str, str, Read]]:
        owner, document, photo = self.owner, (self.owner, self.document), (self.owner, self.photo)

        async def attached(tx: Transaction, me: int) -> set[bool]:
            page = await wall.get_posts(tx, me, [(self.ids["host"], self.shown)])
            return {photo in page.attached.photos, document in page.attached.documents}

        async def listed(tx: Transaction, me: int) -> list[Any]:
            numbers = await albums.find_shown_albums(tx, me, owner)
            return (
                await photos.list_photos(tx, me, owner, numbers, offset=0, count=9, is_rising=True)
            ).photos

        # who has uploaded a thing (the creator) is one of those who see it anyway
        return [
            ("album", "guests", lambda tx, me: albums.get_album(tx, me, owner, self.album)),
            ("photos", "guests", listed),
            ("photo", "guests", lambda tx, me: photos.get_photos(tx, me, [(*photo, "")])),
            ("photo by its key", "key", lambda tx, me: photos.get_photos(tx, me, [(*photo, KEY)])),
            ("photo and document on another's wall", "guests", attached),
            ("documents", "guests", lambda tx, me: documents.list_documents(tx, me, owner, type_number=0, offset=0, count=9)),
            ("types of documents", "guests", lambda tx, me: documents.count_types(tx, me, owner)),
            ("document", "guests", lambda tx, me: documents.get_documents(tx, me, [(*document, "")])),
            ("document by its key", "key", lambda tx, me: documents.get_documents(tx, me, [(*document, KEY)])),
            ("poll", "guests", lambda tx, me: polls.get_poll(tx, me, (owner, self.poll))),
        ]  # fmt: skip

    def _reads_of_people(self) -> list[tuple[str, str, Read]]:
        group = self.group

        async def by_name(tx: Transaction, me: int) -> bool:
            total, ids, _ = await search.search_groups(tx, me, "голуб", ["group"], offset=0, count=9)
            assert total == len(ids)
            return group in ids

        async def among_a_member_s(tx: Transaction, me: int) -> bool:
            page = await groups.list_groups(tx, me, self.ids["host"], offset=0, count=9)
            assert page.count == len(page.communities), "a count tells of nothing that is hidden"
            return bool(page.communities)

        async def members(tx: Transaction, me: int, **which: Any) -> bool:
            page = await groups.list_members(tx, me, group, offset=0, count=20, **which)
            assert page.count == len(page.members)
            return True

        async def known(tx: Transaction, me: int) -> dict[int, Any]:
            return (await groups.find_groups(tx, me, ["doves"]))[1]

        async def banned(tx: Transaction, me: int) -> list[Any]:
            return (await groups.list_bans(tx, me, group, offset=0, count=9))[1]

        return [
            ("community", "known", lambda tx, me: groups.get_group(tx, me, group)),
            ("community by its screen name", "known", known),
            ("community by name", "listing", by_name),
            ("community among a member's", "known", among_a_member_s),
            ("members", "guests", members),
            ("managers", "managers", lambda tx, me: members(tx, me, managers_only=True)),
            ("requests", "managers", lambda tx, me: members(tx, me, status=MemberStatus.REQUESTED)),
            ("invited", "managers", lambda tx, me: members(tx, me, status=MemberStatus.INVITED)),
            ("blacklist", "managers", banned),
        ]


@pytest.mark.parametrize("access", list(GroupAccess))
async def test_everything_of_a_community(courtyard: Courtyard, settle: Settle, access: GroupAccess) -> None:
    yard = Yard(access, await settle(*({} for _ in VIEWERS[1:])))
    await courtyard.database.write(yard.fill)
    wrong = []
    async with courtyard.database.read() as tx:
        for viewer in VIEWERS:
            for name, audience, read in yard.reads():
                wanted = audience != "none" and obvious(access, viewer, audience)
                if await outcome(read(tx, yard.ids[viewer])) != {wanted}:
                    wrong.append(f"{viewer} {'does not see' if wanted else 'sees'}: {name}")
    assert wrong == []
