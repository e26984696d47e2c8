"""Where things stand in this repository, for the tests that hold the map and the house together."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "dvor"


@cache
def tracked_files() -> list[Path]:
    """Return the files that git keeps or would keep; in a folder without git, none."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    paths = (ROOT / name for name in found.stdout.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """Return the Python files under these folders of the repository."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def text_of(path: Path) -> str | None:
    """Return a file's text, or None if it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def rooms() -> list[Path]:
    """Return the folders of the package that are rooms: the direct ones, and each dialect."""
    folders = [*PACKAGE.iterdir(), *(PACKAGE / "dialects").iterdir()]
    return sorted(folder for folder in folders if (folder / "__init__.py").exists())


def docstring(path: Path) -> str:
    """Return the docstring of a Python file, or an empty text."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def imports(path: Path) -> Iterator[str]:
    """Yield the top-level package of every import in a Python file, wherever it stands in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
