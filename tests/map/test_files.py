"""What the files of the repository may and must say."""

import os
import re
import subprocess
import sys
import tomllib
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

import dvor
from tests.map.house import ROOT, text_of, tracked_files

INDEX_ADDRESSES = re.compile(
    r"https?://[^\s/\"'`)>]*(?:pypi|pythonhosted|npmjs)\b"  # a registry's own host
    r"|(?<!\w)--(?:extra-index-url|index-url|find-links)[ =]",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w./~-])/(?:root|work|home/[a-z]\w*|Users/\w+)/")
COMMANDS = re.compile(r"(?:^|[`$(]) *((?:[A-Z]+=\S+ +)*make(?: +[\w=.:/-]+)+)", re.MULTILINE)


def machine_index_hosts() -> set[str]:
    """Return the hosts of the package indexes that this machine's settings name."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = " ".join(value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_")))
    hosts = {
        urlsplit(address).hostname for address in re.findall(r"https?://[^\s'\"]+", f"{listed} {settings}")
    }
    return {host for host in hosts if host}


def found_in_files(pattern: re.Pattern[str]) -> dict[str, str]:
    found = {}
    for path in tracked_files():
        text = text_of(path)
        if text and (match := pattern.search(text)):
            found[str(path.relative_to(ROOT))] = match.group()
    return found


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))


def test_no_file_names_a_package_index() -> None:
    assert not found_in_files(INDEX_ADDRESSES)


def test_no_file_names_the_index_of_this_machine() -> None:
    hosts = machine_index_hosts()
    assert not hosts or not found_in_files(re.compile("|".join(map(re.escape, hosts))))


def test_no_file_names_a_path_of_a_machine() -> None:
    assert not found_in_files(MACHINE_PATHS)
    assert not found_in_files(re.compile(re.escape(f"{ROOT}/")))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"])
def test_make_commands_of_pages_exist(page) -> None:
    commands = COMMANDS.findall((ROOT / page).read_text("utf-8"))
    named = {word for command in commands for word in command.split() if word != "make" and "=" not in word}
    assert named <= make_targets()
    assert named or page == "ARCHITECTURE.md"


def test_makefile_explains_and_declares_its_targets() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    declared = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \S", text, flags=re.MULTILINE))
    assert declared is not None
    assert set(declared.group(1).split()) == explained == make_targets()


def test_version_stands_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## {re.escape(dvor.__version__)}\b", changelog, flags=re.MULTILINE)


def test_pins_meet_the_ranges_of_the_package() -> None:
    pins: dict[str, str] = {}
    for name in ("run", "test"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        pinned: dict[str, str] = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
        assert {key: pins[key] for key in pins.keys() & pinned.keys() if pins[key] != pinned[key]} == {}
        pins |= pinned
        assert text.count("--hash=sha256:") >= len(pinned)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in map(Requirement, project["dependencies"]):
        assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement
