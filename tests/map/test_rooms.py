"""The rooms of the code are those of the map, under names that say something, and no bigger than agreed."""

import re

import pytest

from tests.map.house import PACKAGE, ROOT, docstring, imports, python_files, rooms

FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "manager"}
# A dialect has one file per section of its original, under the original's name.
SECTIONS_OF_ORIGINALS = {"dialects/vk/utils.py"}
MOST_LINES = 450
IMPORTED = re.compile(r"^(?:from|import) (dvor[\w.]*)", re.MULTILINE)
WEB_FRAMEWORKS = {"starlette", "uvicorn", "uvloop", "httptools", "multipart", "python_multipart"}
SQL_LIBRARIES = {"sqlalchemy", "alembic", "asyncpg", "sqlite3"}
BELOW_METHODS = ("core", "store", "media", "outbound", "model", "config")

PACKAGE_FILES = python_files("src/dvor")
CONNECT_FILES = python_files("connect/src/dvor_connect")


def mapped_rooms() -> dict[str, str]:
    """Return the table of rooms in ARCHITECTURE.md: name to sentence."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([a-z/]+)/` +\| (.+?) +\|$", text, flags=re.MULTILINE))


def test_map_names_every_room() -> None:
    assert set(mapped_rooms()) == {str(room.relative_to(PACKAGE)) for room in rooms()}


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(PACKAGE)))
def test_sentence_of_room_is_its_docstring(room) -> None:
    sentence = docstring(room / "__init__.py")
    assert mapped_rooms().get(str(room.relative_to(PACKAGE))) == sentence.partition("\n")[0]
    assert sentence.endswith(".")


def test_names_say_something() -> None:
    folders = (folder for folder in PACKAGE.rglob("*") if folder.is_dir())
    everything = [*PACKAGE.rglob("*.py"), *folders]
    assert not FORBIDDEN_NAMES & {path.stem for path in CONNECT_FILES}
    vague = {str(path.relative_to(PACKAGE)) for path in everything if path.stem.strip("_") in FORBIDDEN_NAMES}
    assert vague <= SECTIONS_OF_ORIGINALS


def test_python_files_are_short() -> None:
    files = python_files("src", "tests", "connect")
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert not {path: length for path, length in lengths.items() if length > MOST_LINES}


def test_every_module_says_what_it_is() -> None:
    assert not [
        str(path.relative_to(ROOT)) for path in [*PACKAGE_FILES, *CONNECT_FILES] if not docstring(path)
    ]


def test_only_the_store_knows_sql() -> None:
    others = [path for path in PACKAGE_FILES if path.relative_to(PACKAGE).parts[0] != "store"]
    knowing = {str(path.relative_to(PACKAGE)): SQL_LIBRARIES & set(imports(path)) for path in others}
    assert not {path: found for path, found in knowing.items() if found}


def test_nothing_below_methods_knows_the_web() -> None:
    below = python_files(*(f"src/dvor/{room}" for room in BELOW_METHODS))
    knowing = {str(path.relative_to(PACKAGE)): WEB_FRAMEWORKS & set(imports(path)) for path in below}
    assert not {path: found for path, found in knowing.items() if found}


def test_configuration_imports_nothing_of_dvor() -> None:
    found = {
        line for path in python_files("src/dvor/config") for line in IMPORTED.findall(path.read_text("utf-8"))
    }
    assert found
    assert all(module.startswith("dvor.config") for module in found)


def test_connect_knows_nothing_of_dvor() -> None:
    assert len(CONNECT_FILES) > 10
    knowing = [str(path.relative_to(ROOT)) for path in CONNECT_FILES if "dvor" in set(imports(path))]
    assert not knowing
