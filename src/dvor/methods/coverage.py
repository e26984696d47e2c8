"""The score card: which of the originals' methods are answered, wholly or in part, and the examples that show it."""

from collections.abc import Container, Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from dvor.methods.declaration import Method

State = Literal["real", "partly", "not yet"]
STATES: tuple[State, ...] = ("real", "partly", "not yet")
EXAMPLES = "../../tests/recorded/vk"
"""Where the recorded exchanges lie, seen from the page."""


class Score(Struct, frozen=True):
    """How one method of the originals (their names in `origins`) is answered here."""

    name: str
    origins: tuple[str, ...]
    method: Method | None
    ignored: tuple[str, ...] = ()
    """Parameters that VK's schema names and the declaration does not: they come and nothing heeds them."""

    @property
    def section(self) -> str:
        """Return the part of the name before the point."""
        return self.name.partition(".")[0]

    @property
    def state(self) -> State:
        """Say whether it is answered; partly where parameters of the original are refused or not heeded."""
        if self.method is None:
            return "not yet"
        return "partly" if self.method.not_yet or self.ignored else "real"


def write_coverage(
    known: Iterable[tuple[str, str, str]],
    parameters: Mapping[str, list[str]],
    methods: Mapping[str, Method],
    recorded: Container[str],
) -> str:
    """Return the page; `known` has the originals' methods (name, in VK or empty, in OpenVK or empty).

    `parameters` are those that VK's schema names, by the method's name in small letters; `recorded` the names of the
    methods of which there is a recorded exchange.
    """
    scores = []
    for name, vk, openvk in known:
        origins = tuple(word for word, has in (("VK", vk), ("OpenVK", openvk)) if has)
        one = methods.get(name.lower())
        ignored = _find_ignored(one, parameters.get(name.lower(), [])) if one else ()
        scores.append(Score(name, origins, one, ignored))
    return "\n".join([*_write_totals(scores), *_write_methods(scores, recorded)]) + "\n"


def _find_ignored(one: Method, names: list[str]) -> tuple[str, ...]:
    heeded = {field.encode_name for field in msgspec.structs.fields(one.params)} | set(one.not_yet)
    return tuple(name for name in names if name not in heeded)


def _write_totals(scores: list[Score]) -> list[str]:
    answered = sum(one.method is not None for one in scores)
    lines = [
        "# Which methods are answered",
        "",
        f"Of the {len(scores)} methods that VK's schema 5.199 and OpenVK (cff21778) have, {answered} are answered. The others give error 33; a name that neither has gives error 3.",
        "",
        "*Real*: every parameter that VK's schema names is heeded. *Partly*: some are refused with error 33, or come and are not heeded.",
        "",
        "| section | VK: real | partly | not yet | OpenVK: real | partly | not yet |",
        "|---|---:|---:|---:|---:|---:|---:|",
        _count("**all**", scores),
    ]
    for section in dict.fromkeys(one.section for one in scores):
        lines.append(_count(section, [one for one in scores if one.section == section]))
    return [*lines, ""]


def _count(title: str, scores: list[Score]) -> str:
    cells = [
        sum(one.state == state and origin in one.origins for one in scores)
        for origin in ("VK", "OpenVK")
        for state in STATES
    ]
    return f"| {title} | {' | '.join(map(str, cells))} |"


def _write_methods(scores: list[Score], recorded: Container[str]) -> list[str]:
    lines = [
        "| method | who has it | here | recorded | parameters refused | not heeded |",
        "|---|---|---|---|---|---|",
    ]
    for one in scores:
        state, example, refused = str(one.state), "", ""
        if one.method is not None:
            name = one.method.name
            state = f"[{state}]({name.partition('.')[0]}.md#{name.lower().replace('.', '')})"
            example = f"[example]({EXAMPLES}/{name}.json)" if name in recorded else ""
            refused = _write_names(one.method.not_yet)
        cells = (one.name, " and ".join(one.origins), state, example, refused, _write_names(one.ignored))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _write_names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
