"""Documents: whose they are, who sees and opens them, finding them, and the space that they take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dvor.core import documents, groups
from dvor.core.attachments import check_attachments, load_attached
from dvor.core.courtyard import Courtyard
from dvor.core.documents import NewDocument
from dvor.core.privacy import block
from dvor.model.attachments import Attachment
from dvor.model.documents import Document, DocumentOrder, Preview, UploadedDocument, part_name, type_of
from dvor.model.errors import (
    AccessDenied,
    DocumentForbidden,
    DocumentNotFound,
    InvalidParameter,
    InvalidTitle,
    InvalidUpload,
    QuotaExceeded,
)
from dvor.model.groups import GroupAccess, GroupBan, NewGroup, Role
from dvor.store.files import find_files, used_bytes
from dvor.store.group_members import load_members, save_member
from tests.core.conftest import NOW, Settle

ONE, TWO = "1" * 64, "2" * 64


def upload(name: str = "u", title: str = "План.txt", size: int = 100, file: str = ONE) -> UploadedDocument:
    """Return an uploaded file."""
    _, ext = part_name(title)
    return UploadedDocument(name, title, ext, size, file, Preview(), {file: size})


async def save(
    courtyard: Courtyard, who: int, uploaded: UploadedDocument | None = None, quota: int = 0, **special: Any
) -> Document:
    """Make a document."""
    params: dict[str, Any] = {"owner_id": who, "access_key": "key"} | special
    new = NewDocument(**params)
    return await courtyard.database.write(
        lambda tx: documents.save_document(tx, who, uploaded or upload(), new, quota=quota, now=NOW)
    )


async def write(courtyard: Courtyard, work: Callable[[Any], Awaitable[Any]]) -> Any:
    return await courtyard.database.write(work)


async def make_group(courtyard: Courtyard, creator: int, access: GroupAccess = GroupAccess.OPEN) -> int:
    """Found a community; return its id as an owner."""
    new = NewGroup(name="Сад", access=access)
    return -await courtyard.database.write(lambda tx: groups.create_group(tx, creator, new, now=NOW))


@pytest.mark.parametrize(
    ("name", "title", "ext", "number"),
    [
        ("План.TXT", "План.TXT", "txt", 1),
        ("C:\\a\\b.tar.gz", "b.tar.gz", "gz", 2),
        ("../../etc/passwd", "passwd", "", 8),
        ("a.gif", "a.gif", "gif", 3),
        ("a.webp", "a.webp", "webp", 4),
        ("a.mp3", "a.mp3", "mp3", 5),
        ("a.mkv", "a.mkv", "mkv", 6),
        ("a.fb2", "a.fb2", "fb2", 7),
        ("\ud800\x00\n", "file", "", 8),
        ("", "file", "", 8),
        ("a.по", "a.по", "", 8),
    ],
)
def test_a_name_gives_title_and_type(name: str, title: str, ext: str, number: int) -> None:
    assert part_name(name) == (title, ext)
    assert type_of(ext) == number
    assert len(part_name("a" * 1000)[0]) == 128


async def test_a_document_is_as_it_was_saved(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    one = await save(courtyard, anna, title=" Моё ", tags=["а", "б", "а", " "])
    assert (one.id, one.title, one.tags, one.ext, one.type, one.size) == (1, "Моё", ["а", "б"], "txt", 1, 100)
    assert (await save(courtyard, anna, title="Другое")) == one, "the same upload is one document"
    assert (await save(courtyard, anna, upload("v"))).id == 2
    async with courtyard.database.read() as tx:
        assert await documents.get_documents(tx, anna, [(anna, 1, ""), (anna, 9, "")]) == [one]
        assert await used_bytes(tx, anna) == 200
        assert await find_files(tx, [ONE]) == {ONE}


async def test_titles_and_tags_have_bounds(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    with pytest.raises(InvalidTitle):
        await save(courtyard, anna, title="x" * 129)
    with pytest.raises(InvalidParameter):
        await save(courtyard, anna, tags=["x" * 200, "y" * 57])
    await save(courtyard, anna, title="x" * 128, tags=["x" * 200, "y" * 56])
    for title in ("", " ", "x" * 129):
        with pytest.raises(InvalidTitle):
            await write(courtyard, lambda tx, t=title: documents.edit_document(tx, anna, (anna, 1), t, None))  # type: ignore[misc]


async def test_saving_at_once_makes_one_and_keeps_the_quota(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    saved = await asyncio.gather(*(save(courtyard, anna) for _ in range(6)))
    assert {one.id for one in saved} == {1}
    outcomes = await asyncio.gather(
        *(save(courtyard, anna, upload(str(n), size=30), quota=200) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, Document) for one in outcomes) == 3
    assert sum(isinstance(one, QuotaExceeded) for one in outcomes) == 5
    async with courtyard.database.read() as tx:
        assert await used_bytes(tx, anna) == 190


async def test_a_person_s_documents_are_his_own(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await save(courtyard, anna)
    async with courtyard.database.read() as tx:
        assert (
            await documents.get_documents(tx, boris, [(anna, 1, ""), (anna, 1, "no"), (anna, 1, "é")]) == []
        )
        assert len(await documents.get_documents(tx, boris, [(anna, 1, "key")])) == 1
        for work in (documents.count_types(tx, boris, anna), list_all(tx, boris, anna)):
            with pytest.raises(AccessDenied):
                await work
        assert (await documents.open_document(tx, (anna, 1), "key")).file == ONE
        for key, access_key in (((anna, 1), ""), ((anna, 1), "no"), ((anna, 2), "key"), ((boris, 1), "key")):
            with pytest.raises(DocumentNotFound):
                await documents.open_document(tx, key, access_key)
    with pytest.raises(AccessDenied):
        await write(
            courtyard,
            lambda tx: documents.save_document(
                tx, boris, upload("v"), NewDocument(owner_id=anna), quota=0, now=NOW
            ),
        )
    for work in (
        lambda tx: documents.edit_document(tx, boris, (anna, 1), "x", None),
        lambda tx: documents.delete_document(tx, boris, (anna, 1), now=NOW),
    ):
        with pytest.raises(DocumentForbidden):
            await write(courtyard, work)


def list_all(tx: Any, viewer: int, owner: int, type_number: int = 0) -> Any:
    return documents.list_documents(tx, viewer, owner, type_number=type_number, offset=0, count=100)


async def test_lists_hold_what_was_not_only_sent(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    await save(courtyard, anna)
    await save(courtyard, anna, upload("v", "a.png"))
    await save(courtyard, anna, upload("w", "sent.png"), is_listed=False)
    async with courtyard.database.read() as tx:
        everything = await list_all(tx, anna, anna)
        pictures = await list_all(tx, anna, anna, 4)
        assert (everything.count, [one.id for one in everything.documents]) == (2, [2, 1])
        assert (pictures.count, [one.id for one in pictures.documents]) == (1, [2])
        assert await documents.count_types(tx, anna, anna) == {1: 1, 4: 1}
        assert (await documents.search_documents(tx, anna, "sent", is_own=True, offset=0, count=9)).count == 0


@pytest.mark.parametrize("access", list(GroupAccess))
async def test_a_community_s_documents(courtyard: Courtyard, settle: Settle, access: GroupAccess) -> None:
    anna, member, stranger = await settle({}, {}, {})
    owner = await make_group(courtyard, anna, access)
    await courtyard.database.write(lambda tx: _let_in(tx, -owner, anna, member))
    for who, new in ((anna, {}), (anna, {"is_listed": False})):
        one = upload(f"u{new}", "Устав.txt")
        saved = await save(courtyard, who, one, owner_id=owner, **new)
        assert saved.owner_id == owner
    with pytest.raises(AccessDenied):
        await save(courtyard, member, upload("w"), owner_id=owner)
    listed, sent = (owner, 1, ""), (owner, 2, "")
    sees = {anna: 2, member: 1, stranger: int(access is GroupAccess.OPEN), owner: 2, 0: int(not access)}
    async with courtyard.database.read() as tx:
        for viewer, count in sees.items():
            assert len(await documents.get_documents(tx, viewer, [listed, sent])) == count, viewer
            if viewer not in (0, stranger):
                assert (await list_all(tx, viewer, owner)).count == 1
        for viewer, is_own, found in (
            (anna, False, 1),
            (anna, True, 0),
            (member, False, 1),
            (stranger, False, int(access is GroupAccess.OPEN)),
        ):
            page = await documents.search_documents(tx, viewer, "устав", is_own=is_own, offset=0, count=9)
            assert page.count == len(page.documents) == found
    with pytest.raises(DocumentForbidden):
        await write(courtyard, lambda tx: documents.edit_document(tx, member, (owner, 1), "x", None))
    await write(courtyard, lambda tx: documents.edit_document(tx, anna, (owner, 1), "x", None))


async def _let_in(tx: Any, group_id: int, creator: int, user_id: int) -> None:
    [pattern] = (await load_members(tx, group_id, [creator])).values()
    await save_member(tx, type(pattern)(group_id, user_id, pattern.status, Role.NONE, NOW, 0))


async def test_what_is_sent_is_seen_with_it(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris, vera = await settle({}, {}, {})
    await save(courtyard, anna)
    await write(courtyard, lambda tx: block(tx, anna, vera, NOW))
    plain, opened = Attachment("doc", anna, 1), Attachment("doc", anna, 1, "key")
    async with courtyard.database.read() as tx:
        for viewer in (boris, vera, 0):
            assert (await load_attached(tx, viewer, [({anna}, [plain])])).has(plain)
            assert not (await load_attached(tx, viewer, [({boris}, [plain])])).has(plain)
            assert (await load_attached(tx, viewer, [({boris}, [opened])])).has(opened)
            with pytest.raises(AccessDenied):
                await check_attachments(tx, viewer, [plain])
            await check_attachments(tx, viewer, [opened])
        await check_attachments(tx, anna, [plain])
        attached = await load_attached(tx, anna, [({anna}, [plain])])
        assert attached.kind_of(plain) == "doc"


async def test_adding_makes_a_copy_once(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await save(courtyard, anna, title="Рецепт", is_listed=False)

    def add(who: int, access_key: str = "key", quota: int = 0) -> Any:
        asked = (anna, 1, access_key)
        return write(
            courtyard,
            lambda tx: documents.add_document(tx, who, asked, "mine", quota=quota, now=NOW + 1),
        )

    with pytest.raises(DocumentNotFound):
        await add(boris, "no")
    with pytest.raises(QuotaExceeded):
        await add(boris, quota=99)
    copy = await add(boris)
    assert (copy.owner_id, copy.user_id, copy.file, copy.access_key, copy.is_listed) == (
        boris,
        boris,
        ONE,
        "mine",
        True,
    )
    assert await add(boris) == copy
    await write(courtyard, lambda tx: documents.delete_document(tx, boris, (boris, copy.id), now=NOW))
    assert (await add(boris)).id == copy.id, "what was deleted is there again"
    async with courtyard.database.read() as tx:
        assert await used_bytes(tx, boris) == 100
        page = await documents.search_documents(tx, boris, "рец", is_own=True, offset=0, count=9)
        assert [one.id for one in page.documents] == [copy.id]
    kept = await add(anna, "")
    assert (kept.owner_id, kept.is_listed) == (anna, True), "what one has only sent can be put into the list"
    with pytest.raises(AccessDenied):
        await write(
            courtyard,
            lambda tx: documents.add_document(tx, anna, (anna, kept.id, ""), "x", quota=0, now=NOW),
        )


async def test_words_follow_title_and_tags(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    await save(courtyard, anna, title="Ёлка зелёная", tags=["Праздник"])
    await save(courtyard, anna, upload("v"), title="Ель", tags=["праздник"])

    async def find(question: str) -> list[int]:
        async with courtyard.database.read() as tx:
            page = await documents.search_documents(tx, anna, question, is_own=False, offset=0, count=9)
            assert page.count == len(page.documents)
            return [one.id for one in page.documents]

    assert await find("ЕЛ") == [2, 1]
    assert await find("праздн елк") == [1]
    assert await find("праздн, ель") == [2]
    assert await find("a b c d e f g h") == []
    assert await find("...") == []
    await write(courtyard, lambda tx: documents.edit_document(tx, anna, (anna, 1), "Сосна зелёная", None))
    assert (await find("елк"), await find("сосн зел празд")) == ([], [1])
    await write(courtyard, lambda tx: documents.edit_document(tx, anna, (anna, 1), None, []))
    assert await find("праздник") == [2]
    await write(courtyard, lambda tx: documents.delete_document(tx, anna, (anna, 1), now=NOW))
    assert await find("сосна") == []
    await write(courtyard, lambda tx: documents.restore_document(tx, anna, (anna, 1)))
    assert await find("сосна") == [1]


async def test_what_is_deleted_is_nowhere(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    await save(courtyard, anna)
    await write(courtyard, lambda tx: documents.delete_document(tx, anna, (anna, 1), now=NOW))
    opened = Attachment("doc", anna, 1, "key")
    async with courtyard.database.read() as tx:
        assert await documents.get_documents(tx, anna, [(anna, 1, "key")]) == []
        assert (await list_all(tx, anna, anna)).count == 0
        assert not (await load_attached(tx, anna, [({anna}, [opened])])).has(opened)
        assert await used_bytes(tx, anna) == 100, "it can still be restored"
        with pytest.raises(DocumentNotFound):
            await documents.open_document(tx, (anna, 1), "key")
    with pytest.raises(InvalidUpload):
        await save(courtyard, anna)
    for work in (
        lambda tx: documents.delete_document(tx, anna, (anna, 1), now=NOW),
        lambda tx: documents.edit_document(tx, anna, (anna, 1), "x", None),
    ):
        with pytest.raises(DocumentNotFound):
            await write(courtyard, work)
    await write(courtyard, lambda tx: documents.restore_document(tx, anna, (anna, 1)))
    with pytest.raises(DocumentNotFound):
        await write(courtyard, lambda tx: documents.restore_document(tx, anna, (anna, 1)))
    async with courtyard.database.read() as tx:
        assert (await list_all(tx, anna, anna)).count == 1
        assert await used_bytes(tx, anna) == 100


async def test_what_was_deleted_a_day_ago_is_gone_for_good(courtyard: Courtyard, settle: Settle) -> None:
    anna, boris = await settle({}, {})
    await save(courtyard, anna)
    await save(courtyard, anna, upload("v", file=TWO))
    added = await write(
        courtyard,
        lambda tx: documents.add_document(tx, boris, (anna, 1, "key"), "mine", quota=0, now=NOW),
    )
    for number in (1, 2):
        await write(
            courtyard,
            lambda tx, number=number: documents.delete_document(tx, anna, (anna, number), now=NOW + number),  # type: ignore[misc]
        )
    assert await write(courtyard, lambda tx: documents.purge_documents(tx, NOW + 1)) == 0
    assert await write(courtyard, lambda tx: documents.purge_documents(tx, NOW + 2)) == 1
    async with courtyard.database.read() as tx:
        assert await find_files(tx, [ONE, TWO]) == {ONE, TWO}, "Boris has a copy of the first"
        assert [await used_bytes(tx, one) for one in (anna, boris)] == [100, 100]
    with pytest.raises(DocumentNotFound):
        await write(courtyard, lambda tx: documents.restore_document(tx, anna, (anna, 1)))
    assert await write(courtyard, lambda tx: documents.purge_documents(tx, NOW + 9)) == 1
    key = (boris, added.id)
    await write(courtyard, lambda tx: documents.delete_document(tx, boris, key, now=NOW))
    async with courtyard.database.read() as tx:
        assert await find_files(tx, [ONE, TWO]) == {ONE}
    assert await write(courtyard, lambda tx: documents.purge_documents(tx, NOW + 9)) == 1
    async with courtyard.database.read() as tx:
        assert await find_files(tx, [ONE, TWO]) == set()
        assert [await used_bytes(tx, one) for one in (anna, boris)] == [0, 0]


async def test_open_communities_are_searched_by_everybody(courtyard: Courtyard, settle: Settle) -> None:
    anna, stranger, banned = await settle({}, {}, {})
    opened, closed = await make_group(courtyard, anna), await make_group(courtyard, anna, GroupAccess.CLOSED)
    shut_out = GroupBan(-opened, banned, anna, 0, "", False, NOW, 0)
    await write(courtyard, lambda tx: groups.ban(tx, anna, shut_out))
    for owner, title in ((opened, "Устав.txt"), (closed, "Устав.txt"), (anna, "Устав мой.png")):
        await save(courtyard, anna, upload(f"u{owner}{title}", title), owner_id=owner, title=title)

    async def found(viewer: int, question: str = "уст", **special: Any) -> set[int]:
        asked = {"is_own": False, "offset": 0, "count": 9} | special
        async with courtyard.database.read() as tx:
            page = await documents.search_documents(tx, viewer, question, **asked)
        assert page.count == len(page.documents)
        return {one.owner_id for one in page.documents}

    assert await found(stranger) == {opened}
    assert await found(stranger, "txt уст") == {opened}
    assert await found(stranger, type_number=4) == set()
    assert await found(banned) == set()
    assert await found(anna) == {opened, closed, anna}
    assert await found(anna, is_own=True) == {anna}
    assert await found(anna, type_number=4) == {anna}


async def test_documents_are_listed_in_three_orders(courtyard: Courtyard, settle: Settle) -> None:
    (anna,) = await settle({})
    for name, size in (("б", 300), ("а", 100), ("в", 200)):
        await save(courtyard, anna, upload(name, f"{name}.txt", size, name * 64), title=f"{name}.txt")
    orders: dict[DocumentOrder, str] = {"newest": "ваб", "title": "абв", "size": "бва"}
    for order, expected in orders.items():
        async with courtyard.database.read() as tx:
            page = await documents.list_documents(
                tx, anna, anna, type_number=0, offset=0, count=9, order=order
            )
        assert "".join(one.title[0] for one in page.documents) == expected
