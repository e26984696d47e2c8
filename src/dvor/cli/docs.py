"""`dvor docs`: the reference pages, written from the declarations."""

import itertools
import json
from pathlib import Path
from typing import Any

from dvor.config import describe_settings
from dvor.dialects.vk.api import METHODS
from dvor.dialects.vk.endpoint import known_methods, known_parameters
from dvor.dialects.vk.errors import TEXTS
from dvor.dialects.webtv.api import ACTIONS
from dvor.dialects.webtv.reference import write_reference
from dvor.methods.coverage import write_coverage
from dvor.methods.openapi import describe_api
from dvor.methods.reference import write_section

URL = "http://localhost:8080"


def docs(folder: Path, *, examples: Path = Path("tests/recorded/vk")) -> None:
    """Write the reference pages into a folder.

    Parameters
    ----------
    examples
        Where the recorded exchanges lie, a JSON file for each method.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in write_pages(examples).items():
        (folder / name).write_text(page, encoding="utf-8")


def write_pages(examples: Path) -> dict[str, str]:
    """Return every page by its file name."""
    recorded = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(examples.glob("*.json"))
    }
    unique = sorted({one.name: one for one in METHODS.values()}.values(), key=lambda one: one.name.lower())
    pages = {}
    for section, methods in itertools.groupby(unique, lambda one: one.name.partition(".")[0]):
        pages[f"{section}.md"] = write_section(section, methods, TEXTS, recorded)
    description = json.loads(describe_api(METHODS, URL))
    return pages | {
        "README.md": _write_index(sorted(pages)),
        "methods.md": write_coverage(known_methods().values(), known_parameters(), METHODS, recorded),
        "settings.md": _write_settings(),
        "server-api.md": write_reference(ACTIONS),
        "openapi.json": json.dumps(description, ensure_ascii=False, indent=1) + "\n",
    }


def _write_index(pages: list[str]) -> str:
    lines = ["# Reference", "", "Written by `make docs` from the declarations in the code.", ""]
    lines += [f"* [{page.removesuffix('.md')}]({page})" for page in pages]
    lines += [
        "",
        "[Which methods are answered](methods.md) · [the server API](server-api.md) · [settings](settings.md) · [openapi.json](openapi.json)",
        "",
        "Every method can also answer these errors:",
        "",
        *(f"* {code} {text}" for code, text in sorted(_common_errors().items())),
    ]
    return "\n".join(lines) + "\n"


def _common_errors() -> dict[int, str]:
    return {code: TEXTS[code] for code in (3, 5, 6, 7, 10, 15, 18, 30, 33, 100, 113)}


def _write_settings() -> str:
    lines = [
        "# Settings",
        "",
        "A flag wins over the environment, the environment over the TOML file (`--config`), the file over the default.",
        "In the file a setting has the name of its flag with underscores.",
        "",
        "| flag | environment | type | default | |",
        "|---|---|---|---|---|",
    ]
    described: list[Any] = list(describe_settings())
    lines += [
        f"| `{one.flag}` | `{one.environment}` | {one.type} | {one.default} | {one.sentence} |".replace(
            "||", "| |"
        )
        for one in described
    ]
    return "\n".join(lines) + "\n"
