"""The reference pages are what the declarations say."""

from dvor.cli.docs import write_pages
from dvor.dialects.vk.api import METHODS
from dvor.methods.coverage import write_coverage
from tests.map.house import ROOT


def test_reference_is_up_to_date() -> None:
    folder = ROOT / "docs" / "reference"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert written == write_pages(ROOT / "tests" / "recorded" / "vk"), "run `make docs`"


def test_the_score_card_counts_what_is_real() -> None:
    known = [
        ("users.get", "vk", "openvk"),
        ("status.get", "vk", ""),
        ("docs.search", "vk", ""),
        ("ads.getAds", "vk", ""),
    ]
    assert METHODS["docs.search"].not_yet
    page = write_coverage(known, {"status.get": ["user_id", "shoe_size"]}, METHODS, {"users.get"})
    assert "Of the 4 methods" in page
    assert "3 are answered" in page
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines()}
    assert "../../tests/recorded/vk/users.get.json" in lines["users.get"]
    assert "[partly](status.md#statusget)" in lines["status.get"]
    assert lines["status.get"].endswith("| `shoe_size` |")
    assert "[partly](docs.md#docssearch)" in lines["docs.search"]
    assert lines["ads"] == "| ads | 0 | 0 | 1 | 0 | 0 | 0 |"


def test_every_answered_method_has_its_example() -> None:
    recorded = {path.stem for path in (ROOT / "tests" / "recorded" / "vk").glob("*.json")}
    assert {one.name for one in METHODS.values()} <= recorded
