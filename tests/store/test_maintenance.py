"""Backup, restore, check, and copies between the engines."""

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dvor.config import Settings
from dvor.store import maintenance as module
from dvor.store.database import Transaction, open_database
from dvor.store.likes import insert_like
from dvor.store.maintenance import KEPT_TABLES, MaintenanceRefused, backup, check, copy, reading, restore
from dvor.store.numbers import NAMES, last_number
from dvor.store.sqlite import FILE_NAME, DataFolderBusy
from tests.store.everything import CAT, CAT_NAME, settle_everything
from tests.store.people import NOW, add_users

Content = dict[str, list[dict[str, Any]]]


def ignore(_table: str, _done: int, _total: int) -> None:
    """Hear nothing of the progress."""


def path_of(data: Path, name: str) -> Path:
    return data / "files" / name[:2] / name[2:4] / name


def keep_cat(data: Path) -> None:
    path = path_of(data, CAT_NAME)
    path.parent.mkdir(parents=True)
    path.write_bytes(CAT)
    (data / "files" / ".lock").touch()
    (path.parent / f".{CAT_NAME}.0123.part").write_bytes(b"half")
    (data / "master.key").write_text("ab" * 32)


async def filled(settings: Settings) -> Settings:
    database = await open_database(settings)
    await database.write(settle_everything)
    await database.close()
    keep_cat(settings.data)
    return settings


async def content(settings: Settings) -> tuple[Content, list[int]]:
    async with reading(settings) as tx:
        found = {
            kept.name: [row async for page in module._pages_of(tx, kept) for row in page]
            for kept in KEPT_TABLES
        }
        return found, [await last_number(tx, name) for name in NAMES]


def count_files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.fixture
async def community(settings) -> Settings:
    """A community with rows in every table, a file and a key, which nobody serves."""
    return await filled(settings)


async def test_every_table_has_rows_in_these_tests(community) -> None:
    rows, numbers = await content(community)
    assert not [name for name, found in rows.items() if not found]
    assert numbers == [3, 1, 1, 4, 4, 1, 1, 1, 1, 1]


@pytest.mark.postgresql
async def test_from_sqlite_to_postgresql_and_back_nothing_changes(
    sqlite_settings, postgresql_settings, tmp_path
) -> None:
    heard: list[tuple[str, int, int]] = []

    def progress(table: str, done: int, total: int) -> None:
        heard.append((table, done, total))

    await filled(sqlite_settings)
    back = Settings(data=tmp_path / "back")
    await copy(sqlite_settings, postgresql_settings, progress)
    await copy(postgresql_settings, back, ignore)
    assert await content(sqlite_settings) == await content(postgresql_settings) == await content(back)
    assert await check(postgresql_settings) == []
    assert await check(back) == [f"file {CAT_NAME} is missing"]  # files are not part of a copy
    assert [table for table, done, _ in heard if done == 0] == [kept.name for kept in KEPT_TABLES]
    assert ("posts", 3, 3) in heard

    for settings in (postgresql_settings, back):
        database = await open_database(settings)
        assert await add_users(database, 1) == [4]
        await database.close()


async def test_tables_longer_than_a_page_are_copied_whole(settings, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "PAGE", 7)
    database = await open_database(settings)
    users = await add_users(database, 21)

    async def work(tx: Transaction) -> None:
        for user_id in users:
            for item_id in (3, 1, 2):
                await insert_like(tx, "post", users[item_id], item_id, user_id, NOW)
                await insert_like(tx, "photo", -item_id, 2**40, user_id, NOW)

    await database.write(work)
    await database.close()
    target = Settings(data=tmp_path / "copy")
    await copy(settings, target, ignore)
    rows, numbers = await content(target)
    assert (rows, numbers) == await content(settings)
    assert len(rows["likes"]) == 126
    assert len(rows["users"]) == numbers[0] == 21


async def test_a_copy_is_one_snapshot_of_a_community_that_goes_on(settings, tmp_path) -> None:
    database = await open_database(settings)
    await database.write(settle_everything)
    before = await content(settings)
    meanwhile: list[asyncio.Task[list[int]]] = []

    def disturb(table: str, done: int, _total: int) -> None:
        if done == 0:
            meanwhile.append(asyncio.create_task(add_users(database, 1)))

    target = Settings(data=tmp_path / "copy")
    await copy(settings, target, disturb)
    await asyncio.gather(*meanwhile)
    await database.close()
    rows, _ = await content(target)
    assert rows == before[0]
    assert len((await content(settings))[0]["users"]) == 3 + len(meanwhile)
    keep_cat(target.data)
    assert await check(target) == []


async def test_a_copy_refuses_a_target_with_rows(community, tmp_path, sqlite_settings) -> None:
    target = await filled(Settings(data=tmp_path / "other"))
    before = await content(target)
    with pytest.raises(MaintenanceRefused, match="not empty"):
        await copy(community, target, ignore)
    assert await content(target) == before


async def test_a_copy_that_fails_leaves_the_target_empty(community, tmp_path) -> None:
    def fail(table: str, _done: int, _total: int) -> None:
        if table == "messages":
            raise LookupError

    target = Settings(data=tmp_path / "copy")
    with pytest.raises(LookupError):
        await copy(community, target, fail)
    rows, numbers = await content(target)
    assert not any(rows.values())
    assert not any(numbers)
    await copy(community, target, ignore)
    assert await content(target) == await content(community)


async def test_a_source_of_another_version_or_kind_is_refused(tmp_path, sqlite_settings) -> None:
    target = Settings(data=tmp_path / "copy")
    connection = sqlite3.connect(sqlite_settings.data / FILE_NAME)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    with pytest.raises(MaintenanceRefused, match="migrate it"):
        await copy(sqlite_settings, target, ignore)
    connection.execute("DROP TABLE alembic_version")
    connection.close()
    with pytest.raises(MaintenanceRefused, match="not a database of Dvor"):
        await copy(sqlite_settings, target, ignore)
    with pytest.raises(MaintenanceRefused, match="there is no"):
        await copy(Settings(data=tmp_path / "nothing"), target, ignore)


async def test_a_backup_is_restored_into_either_engine(community, tmp_path, request, engine) -> None:
    saved = tmp_path / "backups" / "monday"
    await backup(community, saved)
    assert sorted(path.name for path in saved.iterdir()) == [FILE_NAME, "files"]
    assert count_files(saved) == 2
    assert path_of(saved, CAT_NAME).read_bytes() == CAT
    assert saved.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in saved.parent.iterdir()] == ["monday"]
    before = (saved / FILE_NAME).read_bytes()
    targets = [Settings(data=tmp_path / "restored")]
    if engine == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        targets.append(Settings(data=tmp_path / "restored too", database=url))
    for target in targets:
        await restore(saved, target)
        assert await content(target) == await content(community)
        assert await check(target) == []
        assert not (target.data / "master.key").exists()
        assert path_of(target.data, CAT_NAME).read_bytes() == CAT
        assert not list(target.data.glob(".restore*"))
        with pytest.raises(MaintenanceRefused, match="not empty"):
            await restore(saved, target)
    assert (saved / FILE_NAME).read_bytes() == before


async def test_a_backup_links_files_and_copies_where_it_cannot(
    sqlite_settings, tmp_path, monkeypatch
) -> None:
    await filled(sqlite_settings)
    await backup(sqlite_settings, tmp_path / "linked")
    kept = path_of(sqlite_settings.data, CAT_NAME)
    assert path_of(tmp_path / "linked", CAT_NAME).samefile(kept)

    def refuse(*_arguments: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    await backup(sqlite_settings, tmp_path / "copied")
    copied = path_of(tmp_path / "copied", CAT_NAME)
    assert copied.read_bytes() == CAT
    assert not copied.samefile(kept)


async def test_a_backup_of_a_community_that_goes_on_is_whole(settings, tmp_path) -> None:
    await filled(settings)
    database = await open_database(settings)
    is_over = False

    async def live() -> None:
        while not is_over:
            await add_users(database, 2)
            await asyncio.sleep(0)

    living = asyncio.create_task(live())
    for number in range(3):
        await backup(settings, tmp_path / str(number))
    is_over = True
    await living
    await database.close()
    for number in range(3):
        saved = Settings(data=tmp_path / str(number))
        assert await check(saved) == []
        assert len((await content(saved))[0]["users"]) % 2 == 1


async def test_the_key_is_in_the_backup_only_when_asked_for(sqlite_settings, tmp_path) -> None:
    await filled(sqlite_settings)
    saved = tmp_path / "saved"
    await backup(sqlite_settings, saved, with_key=True)
    assert (saved / "master.key").stat().st_mode & 0o777 == 0o600
    target = Settings(data=tmp_path / "restored")
    await restore(saved, target)
    assert (target.data / "master.key").read_text() == "ab" * 32
    assert (target.data / "master.key").stat().st_mode & 0o777 == 0o600
    other = Settings(data=tmp_path / "other")
    other.data.mkdir()
    (other.data / "master.key").write_text("cd" * 32)
    with pytest.raises(MaintenanceRefused, match="another key"):
        await restore(saved, other)
    assert [path.name for path in other.data.iterdir()] == ["master.key"]
    (sqlite_settings.data / "master.key").unlink()
    with pytest.raises(MaintenanceRefused, match="there is no"):
        await backup(sqlite_settings, tmp_path / "without", with_key=True)


async def test_a_backup_overwrites_nothing_and_leaves_nothing_half(
    sqlite_settings, tmp_path, monkeypatch
) -> None:
    await filled(sqlite_settings)
    saved = tmp_path / "backups" / "saved"
    saved.mkdir(parents=True)
    (saved / "letter").touch()
    with pytest.raises(MaintenanceRefused, match="not empty"):
        await backup(sqlite_settings, saved)
    (saved / "letter").unlink()

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_link_files", fail)
        with pytest.raises(OSError, match="No space"):
            await backup(sqlite_settings, saved)
    assert list(saved.parent.iterdir()) == [saved]
    assert list(saved.iterdir()) == []
    await backup(sqlite_settings, saved)
    assert await check(Settings(data=saved)) == []


async def test_a_folder_that_is_served_is_not_restored_into(sqlite_settings, tmp_path) -> None:
    await filled(sqlite_settings)
    await backup(sqlite_settings, tmp_path / "saved")
    target = Settings(data=tmp_path / "served")
    database = await open_database(target)
    with pytest.raises(DataFolderBusy):
        await restore(tmp_path / "saved", target)
    await database.close()
    await restore(tmp_path / "saved", target)
    assert await content(target) == await content(sqlite_settings)
    with pytest.raises(MaintenanceRefused, match="there is no"):
        await restore(tmp_path / "nothing", Settings(data=tmp_path / "new"))


async def test_a_sound_community_has_no_problems(community) -> None:
    told: dict[str, int] = {}

    def tell(what: str, rows: int) -> None:
        told[what] = rows

    assert await check(community, tell) == []
    assert told["like counters"] == 3
    assert told["numbers of messages"] == 4
    assert told["files"] == 1
    assert all(told.values())


DAMAGES = [
    ("DELETE FROM likes WHERE user_id = 2", "post 1_1 has 1 likes, its counter says 2"),
    ("UPDATE item_counters SET likes = 9", "post 1_1 has 2 likes, its counter says 9"),
    ("DELETE FROM item_counters", "post 1_1 has 2 likes, its counter says 0"),
    ("UPDATE members SET unread_count = 3 WHERE user_id = 1 AND peer_id = 2", "3 unread do not fit"),
    ("UPDATE members SET unread_count = -1 WHERE user_id = 1 AND peer_id = 2", "-1 unread do not fit"),
    ("UPDATE members SET last_number = 9 WHERE user_id = 1 AND peer_id = 2", "last message 9"),
    ("UPDATE members SET last_message_id = 1 WHERE user_id = 1 AND peer_id = 2", "said to be 1, it is 2"),
    ("UPDATE conversations SET last_number = 1 WHERE high_id = 2", "has message 2, its counter says 1"),
    ("UPDATE owners SET last_wall_number = 2", "wall 1 has post 3, its counter says 2"),
    ("UPDATE owners SET last_photo_number = 0", "owner 1 has photo 1, the counter says 0"),
    (
        "UPDATE poll_answers SET votes = 5 WHERE id = 1",
        "answer 1 of poll 1_1 has 1 votes, its counter says 5",
    ),
    ("UPDATE photos SET album_id = 5", "photo 1_1 is said to be in album 5, which is not there"),
    ("UPDATE albums SET id = 9", "albums has number 9, the counter says 1"),
    ("UPDATE documents SET is_listed = 0", "document 1_1 is found by 'png', but there is no such document"),
    ("UPDATE documents SET id = 9", "documents has number 9, the counter says 1"),
    ("DELETE FROM poll_votes", "poll 1_1 has 0 voters, its counter says 1"),
    ("DELETE FROM owners WHERE id = 3", "user 3 has no row of an owner"),
    ("UPDATE receivers SET number = 9 WHERE id = 2", "receiver 2: number 9"),
    ("DELETE FROM events WHERE receiver_id = 2 AND number = 1", "receiver 2: number 2, pruned up to 0"),
    ("DELETE FROM receivers WHERE id = 2", "of receiver 2 have no log"),
    ("UPDATE messages SET id = 99 WHERE id = 1", "messages has number 99, the counter says 4"),
    ("UPDATE files SET size = 5", f"file {CAT_NAME} has {len(CAT)} bytes, it should have 5"),
    ("UPDATE message_words SET number = 77 WHERE number = 1", "is found by 'привет', but there is no"),
    ("UPDATE posts SET id = 5 WHERE id = 1", "post 1_1 is found by 'привет', but there is no such post"),
    ("DELETE FROM owners WHERE id = 1", "1 is found by 'анна', but there is no such person"),
    ("DELETE FROM consents", "app 77 has a refresh token of user 1, who has not allowed it"),
]


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES)
async def test_damage_is_found(sqlite_settings, damage, sentence) -> None:
    await filled(sqlite_settings)
    run(sqlite_settings, damage)
    problems = await check(sqlite_settings)
    assert any(sentence in problem for problem in problems), problems


def run(settings: Settings, sql: str) -> None:
    connection = sqlite3.connect(settings.data / FILE_NAME)
    connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.postgresql
async def test_damage_is_found_on_postgresql(postgresql_settings, postgresql) -> None:
    await filled(postgresql_settings)
    name = postgresql_settings.database.rpartition("/")[2]
    tables = ("DELETE FROM consents", "DELETE FROM likes", "UPDATE owners", "DELETE FROM poll_votes")
    chosen = [one for one in DAMAGES if one[0].startswith(tables)]
    for damage, _ in chosen:
        postgresql.run_sql(damage, database=name)
    problems = await check(postgresql_settings)
    for _, sentence in chosen:
        assert any(sentence in problem for problem in problems), problems
    # a wall that has lost count is behind its posts and their comments, a poll behind its voters and two answers
    assert len(problems) == 8


async def test_many_problems_of_a_kind_are_cut_short(sqlite_settings) -> None:
    database = await open_database(sqlite_settings)
    await add_users(database, 30)
    await database.close()
    run(sqlite_settings, "DELETE FROM owners")
    problems = await check(sqlite_settings)
    assert len(problems) == module.MOST_PROBLEMS + 1
    assert problems[-1] == "rows of every user: more of the same"


async def test_missing_files_and_references_are_found(sqlite_settings) -> None:
    await filled(sqlite_settings)
    path_of(sqlite_settings.data, CAT_NAME).unlink()
    assert await check(sqlite_settings) == [f"file {CAT_NAME} is missing"]
    run(sqlite_settings, "DELETE FROM users WHERE id = 3")
    assert "a row of friendships names a row of users that is not there" not in await check(sqlite_settings)
    run(sqlite_settings, "DELETE FROM users WHERE id = 1")
    assert "a row of friendships names a row of users that is not there" in await check(sqlite_settings)


async def test_a_damaged_file_is_found(sqlite_settings) -> None:
    await filled(sqlite_settings)
    path = sqlite_settings.data / FILE_NAME
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 8192, len(data) // 4096):
        data[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(data)
    assert await check(sqlite_settings)
    data[4096 * 2 : 4096 * 9] = bytes(4096 * 7)
    path.write_bytes(data)
    assert await check(sqlite_settings)
    path.write_bytes(b"no database at all" * 100)
    assert await check(sqlite_settings) == [f"{FILE_NAME}: file is not a database"]
