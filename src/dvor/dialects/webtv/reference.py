"""The reference page of the server API, written from the declarations."""

from collections.abc import Mapping

from dvor.dialects.webtv.declaration import Action
from dvor.dialects.webtv.endpoint import OTHER_SECTIONS
from dvor.dialects.webtv.errors import ERRORS
from dvor.methods.reference import write_parameters


def write_reference(actions: Mapping[str, Action]) -> str:
    """Return the page: each action with its variables, and every error."""
    lines = [
        "# The server API",
        "",
        "`/api.php?go=SECTION&do=ACTION&iq=…`, signed; see [the guide](../guide/server-api.md). Written by `make docs` from the declarations in the code.",
        "",
    ]
    for one in actions.values():
        lines += _write_action(one)
    lines += [
        "## Sections that are not available",
        "",
        f"{', '.join(f'`{name}`' for name in sorted(OTHER_SECTIONS))} answer `{ERRORS['not_available'].error_long}`.",
        "",
        "## Errors",
        "",
        "| error | error_long | |",
        "|---|---|---|",
        *(f"| {one.error} | {one.error_long} | {'ours' if one.is_ours else ''} |" for one in ERRORS.values()),
        "| REQUEST_ERROR | Missing NAME, Invalid NAME | ours; NAME is a variable |",
        "",
        "*Ours* are texts of Dvor's own where the original's are not known.",
    ]
    return "\n".join(lines) + "\n"


def _write_action(one: Action) -> list[str]:
    section, _, do = one.name.partition(".")
    permission = f"`{one.permission}={one.level}`"
    lines = [f"## {one.name}", "", one.summary]
    if one.description:
        lines += ["", one.description]
    iq = f"; `iq` is the {one.iq}" if one.iq else ""
    lines += ["", f"`go={section}&do={do}`{iq}. Needs {permission}.", ""]
    if one.params.__struct_fields__:
        lines += write_parameters(one.params)
    return lines
