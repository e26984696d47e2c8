"""Files on disk, each kept once under the SHA-256 of its content: `files/ab/cd/<sha256>` in the data folder."""

import asyncio
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TypeAlias

FileName: TypeAlias = str
"""64 hexadecimal digits, the SHA-256 of the content.  Who knows the content knows the name: it opens no door."""

Known: TypeAlias = Callable[[Sequence[FileName]], Awaitable[Collection[FileName]]]
"""Asked with some names, answers which of them are in use."""

_NAME = re.compile(r"[0-9a-f]{64}")
_PART_ENDING = ".part"
_BATCH = 500


class FileStore:
    """Keeps files in `files` under the data folder `root`; the work is done in threads.

    Several processes may use one folder at once.  A failing disk raises OSError, a malformed name ValueError.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "files"
        make_folder(self.folder)

    async def keep(self, data: bytes) -> FileName:
        """Keeps the bytes and returns their name once they are safely on disk; keeping again changes nothing.

        A file that no row names a day later is an orphan: `sweep` deletes it.
        """
        return await asyncio.to_thread(self._keep, data)

    def path(self, name: FileName) -> Path:
        """Where the file of this name lies, or would lie."""
        if not _NAME.fullmatch(name):
            raise ValueError("a file is named by 64 hexadecimal digits")
        return self.folder / name[:2] / name[2:4] / name

    async def exists(self, name: FileName) -> bool:
        """Whether a file of this name is kept."""
        return await asyncio.to_thread(self.path(name).is_file)

    async def delete(self, name: FileName) -> bool:
        """Deletes a file at once, whoever else uses it; False if there was none."""
        return await asyncio.to_thread(self._delete, self.path(name), None)

    async def sweep(self, known: Known, older_than: float) -> int:
        """Deletes the files kept before the Unix time `older_than` that `known` does not claim; returns how many.

        Half-written files of a process that died are deleted as well.
        """
        swept = 0
        stale = self._stale(older_than)
        while batch := await asyncio.to_thread(lambda: list(islice(stale, _BATCH))):
            names = [path.name for path in batch if _NAME.fullmatch(path.name)]
            claimed = set(await known(names)) if names else set()
            orphans = [path for path in batch if path.name not in claimed]
            swept += await asyncio.to_thread(self._delete_all, orphans, older_than)
        return swept

    def _keep(self, data: bytes) -> FileName:
        name = hashlib.sha256(data).hexdigest()
        path = self.path(name)
        with self._lock(fcntl.LOCK_SH):
            if path.is_file() and path.stat().st_size == len(data):
                # Young again, so that a sweep spares it until its row is written.
                os.utime(path)
            else:
                make_folder(path.parent)
                write_file(path, data)
        # Also what another thread has just made: whoever is answered may rely on it.
        for folder in (path.parent, path.parent.parent, self.folder):
            sync_folder(folder)
        return name

    def _delete(self, path: Path, older_than: float | None) -> bool:
        with self._lock(fcntl.LOCK_EX), suppress(FileNotFoundError):
            # Asked again under the lock: it may have been kept once more since it was found.
            if older_than is None or path.stat().st_mtime < older_than:
                path.unlink()
                return True
        return False

    def _delete_all(self, paths: list[Path], older_than: float) -> int:
        return sum(self._delete(path, older_than) for path in paths)

    def _stale(self, older_than: float) -> Iterator[Path]:
        for path in self.folder.glob("??/??/*"):
            if _NAME.fullmatch(path.name) or path.name.endswith(_PART_ENDING):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < older_than:
                        yield path

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Holds off sweeps while a file is kept, and the other way round, in all processes."""
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Writes a file so that after a crash there is either all of it or what was there before."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}{_PART_ENDING}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, for the owner alone, so that they survive a crash."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Writes a folder's entries to disk: a new or renamed file is safe only after that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
