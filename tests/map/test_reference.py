"""The reference pages are what the declarations say."""

from dvor.cli.docs import write_pages
from tests.map.house import ROOT


def test_reference_is_up_to_date() -> None:
    folder = ROOT / "docs" / "reference"
    written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert written == write_pages(ROOT / "tests" / "recorded" / "vk"), "run `make docs`"
