"""`dvor docs`: the reference pages, written from the declarations."""

from pathlib import Path

from dvor.dialects.vk.api import METHODS
from dvor.methods.openapi import describe_api


def docs(folder: Path) -> None:
    """Write the reference pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.json").write_bytes(describe_api(METHODS, "http://localhost:8080"))
