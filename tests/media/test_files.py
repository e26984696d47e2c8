"""Files: kept once under their content's hash, whole or not at all, and swept only when nobody names them."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from dvor.media import files
from dvor.media.files import FileName, FileStore

DAY = 24 * 3600


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "data")


def everything(store: FileStore) -> set[str]:
    return {path.name for path in store.folder.rglob("*") if path.is_file()} - {".lock"}


def age(path: Path, seconds: float = 2 * DAY) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


async def none_known(names: Sequence[FileName]) -> Collection[FileName]:
    return ()


async def test_a_file_is_kept_under_the_hash_of_its_content(store: FileStore, tmp_path: Path) -> None:
    name = await store.keep("двор".encode())
    assert name == hashlib.sha256("двор".encode()).hexdigest()
    path = store.path(name)
    assert path == tmp_path / "data" / "files" / name[:2] / name[2:4] / name
    assert path.read_bytes() == "двор".encode()
    assert await store.exists(name)
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (store.folder, path.parent, path.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


async def test_the_same_content_is_kept_once(store: FileStore) -> None:
    names = await asyncio.gather(*(store.keep(b"x" * 100_000) for _ in range(20)))
    assert len(set(names)) == 1
    assert everything(store) == set(names)
    assert store.path(names[0]).read_bytes() == b"x" * 100_000
    assert await store.keep(b"") == hashlib.sha256(b"").hexdigest()


async def test_a_damaged_file_is_written_again(store: FileStore) -> None:
    name = await store.keep(b"whole")
    store.path(name).write_bytes(b"wh")
    assert await store.keep(b"whole") == name
    assert store.path(name).read_bytes() == b"whole"


async def test_a_deleted_file_is_gone(store: FileStore) -> None:
    name = await store.keep(b"short-lived")
    assert await store.delete(name)
    assert not await store.exists(name)
    assert not await store.delete(name)
    assert everything(store) == set()


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" * 64]
)
async def test_no_other_name_reaches_the_disk(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        store.path(name)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        await store.exists(name)
    with pytest.raises(ValueError, match="64 hexadecimal"):
        await store.delete(name)


async def test_nothing_half_written_stays_when_the_disk_is_full(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        await store.keep(b"too much")
    assert everything(store) == set()


async def test_only_old_files_that_nobody_claims_are_swept(store: FileStore) -> None:
    old = [await store.keep(f"old {number}".encode()) for number in range(30)]
    young = [await store.keep(f"young {number}".encode()) for number in range(3)]
    for name in old:
        age(store.path(name))
    half = store.path(old[0]).with_name(f".{old[0]}.0123456789abcdef.part")
    half.write_bytes(b"o")
    age(half)
    asked: list[FileName] = []

    async def known(names: Sequence[FileName]) -> Collection[FileName]:
        asked.extend(names)
        return set(names) & set(old[10:])

    assert await store.sweep(known, time.time() - DAY) == 11
    assert everything(store) == {*old[10:], *young}
    assert sorted(asked) == sorted(old)


async def test_more_files_than_are_asked_about_at_once_are_swept(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BATCH", 4)
    for number in range(13):
        age(store.path(await store.keep(bytes([number]))))
    assert await store.sweep(none_known, time.time() - DAY) == 13
    assert everything(store) == set()


async def test_a_file_that_is_kept_again_survives_the_sweep_that_found_it_old(store: FileStore) -> None:
    name = await store.keep(b"again")
    age(store.path(name))

    async def known(names: Sequence[FileName]) -> Collection[FileName]:
        assert list(names) == [name]
        await store.keep(b"again")
        return ()

    assert await store.sweep(known, time.time() - DAY) == 0
    assert await store.exists(name)


async def test_keeping_and_sweeping_at_once_loses_nothing(store: FileStore) -> None:
    contents = [f"content {number}".encode() for number in range(40)]
    for content in contents:
        age(store.path(await store.keep(content)))

    async def keep_all() -> list[FileName]:
        return [await store.keep(content) for content in contents]

    kept, _, again = await asyncio.gather(
        keep_all(), store.sweep(none_known, time.time() - DAY), asyncio.to_thread(keep_in_a_process, store)
    )
    assert everything(store) == set(kept)
    assert again == kept


KEEPER = """
import asyncio, sys
from pathlib import Path
from dvor.media.files import FileStore

async def main():
    store = FileStore(Path(sys.argv[1]))
    for number in range(int(sys.argv[2])):
        print(await store.keep(f"content {number}".encode() * int(sys.argv[3])), flush=True)

asyncio.run(main())
"""


def keep_in_a_process(store: FileStore) -> list[FileName]:
    command = [sys.executable, "-c", KEEPER, str(store.folder.parent), "40", "1"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def test_what_was_answered_is_whole_after_a_kill(store: FileStore) -> None:
    command = [sys.executable, "-c", KEEPER, str(store.folder.parent), "100000", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        first = [keeper.stdout.readline().strip() for _ in range(5)]
        keeper.send_signal(signal.SIGKILL)
        answered = [*first, *keeper.stdout.read().split()]
    kept = [path for path in store.folder.rglob("*") if len(path.name) == 64]
    assert {path.name for path in kept} >= set(answered)
    for path in kept:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    for path in store.folder.rglob("*"):
        age(path)

    async def known(names: Sequence[FileName]) -> Collection[FileName]:
        return names

    asyncio.run(store.sweep(known, time.time() - DAY))
    assert everything(store) == {path.name for path in kept}
