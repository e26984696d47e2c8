"""The settings as flags of every command that needs them."""

import dataclasses
import os
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from dvor.config import Settings, describe_settings, load_settings


def _flags_class() -> Any:
    """Make a class with one field for each setting: text, or a switch; None is "not given"."""
    fields: list[tuple[str, Any, Any]] = []
    for setting in describe_settings():
        kind = bool | None if isinstance(getattr(Settings(), setting.name), bool) else str | None
        sentence = f"{setting.sentence} [{setting.environment}; default: {setting.default}]"
        fields.append((setting.name, Annotated[kind, Parameter(help=sentence)], None))
    return dataclasses.make_dataclass("SettingFlags", fields, frozen=True)


_SettingFlags: Any = _flags_class()


@Parameter(name="*")
class SettingFlags(_SettingFlags):  # type: ignore[misc]
    """What was given on the command line."""


def read_settings(flags: Any, config: Path | None, **fixed: object) -> Settings:
    """Return the settings from flags, environment and a TOML file; `fixed` stands for flags that were not given."""
    given = (
        {field.name: getattr(flags, field.name) for field in dataclasses.fields(_SettingFlags)}
        if flags
        else {}
    )
    given = {name: value for name, value in given.items() if value is not None}
    return load_settings(fixed | given, os.environ, config)
