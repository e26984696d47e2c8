"""Where settings come from: flags, the environment, a TOML file; and what there is to set, in words."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from dvor.config.conversion import (
    ENVIRONMENT_PREFIX,
    Value,
    convert,
    default_in_words,
    take_apart,
    type_in_words,
)
from dvor.config.settings import ConfigError, Settings, find_conflicts

_SETTINGS = {field.name: take_apart(field) for field in msgspec.structs.fields(Settings)}


class SettingDescription(msgspec.Struct, frozen=True):
    """One setting in words, for `--help` and the reference; `default` is empty when there is none."""

    name: str
    flag: str
    environment: str
    type: str
    default: str
    sentence: str


def load_settings(
    flags: Mapping[str, object], environment: Mapping[str, str], toml_path: Path | None
) -> Settings:
    """Reads every setting from the first source that has it: flags, environment, TOML file, default.

    A flag that is None and an environment variable that is empty count as not given.
    Raises ConfigError with all problems at once.
    """
    problems: list[str] = []
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    # From the weakest source to the strongest, so that a later one replaces an earlier one.
    for value in (*_from_toml(toml_path, problems), *_from_environment(environment), *_from_flags(flags)):
        setting = _SETTINGS.get(value.name)
        if setting is None:
            problems.append(f"{value.source}: there is no such setting{_guess(value)}")
            continue
        try:
            values[value.name] = convert(setting, value)
            sources[value.name] = value.source
        except ValueError as error:
            problems.append(f"{value.source}: {error}")
    if problems:
        raise ConfigError(problems)
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was converted to its field's type
    if conflicts := list(find_conflicts(settings, sources)):
        raise ConfigError(conflicts)
    return settings


def describe_settings() -> Iterator[SettingDescription]:
    """Describes every setting, in the order in which Settings declares them."""
    for setting in _SETTINGS.values():
        yield SettingDescription(
            name=setting.name,
            flag=setting.flag,
            environment=setting.environment,
            type=type_in_words(setting),
            default=default_in_words(setting.default),
            sentence=setting.meta.description or "",
        )


def _from_flags(flags: Mapping[str, object]) -> Iterator[Value]:
    for name, raw in flags.items():
        if raw is not None:
            yield Value(name, "--" + name.replace("_", "-"), raw, isinstance(raw, str))


def _from_environment(environment: Mapping[str, str]) -> Iterator[Value]:
    for variable, raw in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX) and raw != "":
            name = variable.removeprefix(ENVIRONMENT_PREFIX)
            yield Value(name.lower() if name.isupper() else variable, variable, raw, True)


def _from_toml(path: Path | None, problems: list[str]) -> Iterator[Value]:
    if path is None:
        return
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{path}: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not valid TOML: {error}")
    else:
        for name, raw in table.items():
            yield Value(name, f"{path}: {name}", raw, False)


def _guess(value: Value) -> str:
    name = value.name.removeprefix(ENVIRONMENT_PREFIX).replace("-", "_").lower()
    close = difflib.get_close_matches(name, _SETTINGS, n=1)
    if not close:
        return ""
    setting = _SETTINGS[close[0]]
    if value.source.startswith(ENVIRONMENT_PREFIX):
        return f"; did you mean {setting.environment}?"
    return f"; did you mean {setting.flag if value.source.startswith('--') else setting.name}?"
