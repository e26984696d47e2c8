"""Settings: every value an administrator can choose, from flags, the environment, a TOML file or defaults."""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

ENVIRONMENT_PREFIX = "DVOR_"

Network: TypeAlias = IPv4Network | IPv6Network
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["json", "console"]
SignUpMode: TypeAlias = Literal["open", "invite", "closed"]
MailSecurity: TypeAlias = Literal["starttls", "tls", "none"]

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_SECRET_SETTINGS = frozenset({"database", "listen_database", "master_key", "call_url", "smtp_password"})


class ConfigError(Exception):
    """Settings that cannot be used; one line a problem, each naming the source and the setting."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set.  Sizes are bytes, times are seconds unless the name says otherwise."""

    host: Annotated[str, Meta(description="Address to listen on.", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on; 0 picks a free one.", ge=0, le=65535)] = 8080
    data: Annotated[
        Path, Meta(description="Folder for the SQLite database, uploaded files, keys and certificates.")
    ] = Path("data")
    database: Annotated[
        str | None,
        Meta(description="PostgreSQL database (postgresql://…); without it SQLite in the data folder."),
    ] = None
    workers: Annotated[
        int, Meta(description="Number of server processes; more than one needs PostgreSQL.", ge=1, le=256)
    ] = 1
    public_url: Annotated[
        str | None,
        Meta(description="Address at which people reach the server; by default host and port."),
    ] = None
    trusted_proxies: Annotated[
        tuple[Network, ...],
        Meta(description="Networks of the proxies whose X-Forwarded headers are believed."),
    ] = ()
    tls: Annotated[
        bool, Meta(description="Serve https with a certificate of a local authority kept in the data folder.")
    ] = False
    tls_names: Annotated[
        tuple[str, ...],
        Meta(description="Further names and addresses that the local certificate is made for."),
    ] = ()
    tls_certificate: Annotated[
        Path | None, Meta(description="Serve https with this certificate chain (PEM); needs the key as well.")
    ] = None
    tls_key: Annotated[Path | None, Meta(description="Private key (PEM) of the certificate.")] = None
    log_level: Annotated[LogLevel, Meta(description="Least important log lines to write.")] = "info"
    log_format: Annotated[
        LogFormat, Meta(description="One JSON object a line, or lines for reading in a terminal.")
    ] = "json"
    form_limit: Annotated[
        int, Meta(description="Largest request other than an upload, in bytes.", ge=1024, le=2**40)
    ] = 1024 * 1024
    upload_limit: Annotated[
        int, Meta(description="Largest request that uploads a file, in bytes.", ge=1024, le=2**40)
    ] = 25_000_000
    file_quota: Annotated[
        int, Meta(description="Space for the files of one user, in bytes; 0 sets no limit.", ge=0, le=2**53)
    ] = 1024 * 1024 * 1024
    picture_pixels: Annotated[
        int, Meta(description="Largest picture, in pixels (width times height).", ge=10_000, le=1_000_000_000)
    ] = 50_000_000
    token_lifetime: Annotated[
        int, Meta(description="Seconds an access token lives; 0 is until it is revoked.", ge=0, le=2**40)
    ] = 0
    rate_limit: Annotated[
        int, Meta(description="Calls a second that one token may make; 0 sets no limit.", ge=0, le=10**6)
    ] = 0
    log_in_limit: Annotated[
        int, Meta(description="Log-ins a minute from one address; 0 sets no limit.", ge=0, le=10**6)
    ] = 60
    log_in_failures: Annotated[
        int, Meta(description="Failed log-ins of one login in 5 minutes; 0 sets no limit.", ge=0, le=10**6)
    ] = 10
    app_limit: Annotated[
        int, Meta(description="Token requests a minute of app and address; 0 sets no limit.", ge=0, le=10**6)
    ] = 300
    openvk_authorize: Annotated[
        bool, Meta(description="Give tokens at /authorize to OpenVK's clients, which name themselves only.")
    ] = False
    password_grant: Annotated[
        bool,
        Meta(
            description="Give tokens for login and password at /token, and to programs that fill in the pages of log-in by themselves."
        ),
    ] = True
    sign_up: Annotated[SignUpMode, Meta(description="Who may sign up: all, the invited, or nobody.")] = "open"
    smtp_host: Annotated[
        str | None, Meta(description="Mail server; without it letters are only printed.", min_length=1)
    ] = None
    smtp_port: Annotated[int, Meta(description="Port of the mail server.", ge=1, le=65535)] = 587
    smtp_security: Annotated[
        MailSecurity, Meta(description="How the connection to the mail server is encrypted.")
    ] = "starttls"
    smtp_user: Annotated[str | None, Meta(description="Name at the mail server.", min_length=1)] = None
    smtp_password: Annotated[str | None, Meta(description="Password at the mail server.")] = None
    mail_from: Annotated[
        str | None,
        Meta(
            description="Sender of the letters; by default dvor@ the host of the public address.",
            pattern=r"^[^\s@]+@[^\s@]+$",
        ),
    ] = None
    call_url: Annotated[
        str | None,
        Meta(
            description="Gateway that telephones a person and says from which number: an address with {phone} in it; "
            "without it calls are only printed.",
            pattern=r"^https?://[^\s]*\{phone\}[^\s]*$",
        ),
    ] = None
    call_digits: Annotated[
        str,
        Meta(
            description="Where the gateway's JSON answer holds the calling number or its last four digits, as in data.code.",
            min_length=1,
        ),
    ] = "code"
    trial_errors: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(\*|[A-Za-z]+(\.[A-Za-z]+)?)=(6|9|14|17|24|29)$")], ...],
        Meta(
            description="Answer calls with an error of VK's on purpose, to test a client: messages.send=14, or *=6 for all."
        ),
    ] = ()
    outbound_private: Annotated[
        bool, Meta(description="Let callbacks and hooks go to private or loopback addresses; for trying out.")
    ] = False
    clock_skew: Annotated[
        int, Meta(description="Seconds by which the clock of a signing server may be ahead.", ge=0, le=3600)
    ] = 60
    poll_wait: Annotated[
        int, Meta(description="Longest time that a long poll waits, in seconds.", ge=1, le=600)
    ] = 90
    event_retention_days: Annotated[
        int, Meta(description="Days for which events are kept for clients that come back.", ge=1, le=3650)
    ] = 7
    event_retention_count: Annotated[
        int, Meta(description="Number of events kept for one receiver.", ge=1, le=10_000_000)
    ] = 10_000
    pool_size: Annotated[
        int, Meta(description="PostgreSQL connections of one worker; four to eight serve best.", ge=1, le=100)
    ] = 8
    statement_cache: Annotated[
        bool, Meta(description="Prepare PostgreSQL statements once; turn off behind pgbouncer.")
    ] = True
    listen_database: Annotated[
        str | None,
        Meta(description="Direct address of the database for LISTEN when pgbouncer stands before it."),
    ] = None
    master_key: Annotated[
        str | None,
        Meta(description="Key that encrypts the secrets in the database; by default in DATA/master.key."),
    ] = None

    def __repr__(self) -> str:
        """Leaves out the values that hold passwords and keys."""
        values = msgspec.structs.asdict(self)
        shown = (
            f"{name}={'***' if name in _SECRET_SETTINGS and value is not None else repr(value)}"
            for name, value in values.items()
        )
        return f"Settings({', '.join(shown)})"

    @property
    def https(self) -> bool:
        """Whether the server itself speaks TLS, with a local certificate or a given one."""
        return self.tls or self.tls_certificate is not None


class SettingDescription(msgspec.Struct, frozen=True):
    """One setting in words, for `--help` and the reference; `default` is empty when there is none."""

    name: str
    flag: str
    environment: str
    type: str
    default: str
    sentence: str


class _Setting(msgspec.Struct, frozen=True):
    """A field of Settings taken apart; `kind` is its type without None and without its bounds."""

    name: str
    kind: Any
    optional: bool
    meta: Meta
    default: object

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def environment(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def _take_apart(field: msgspec.structs.FieldInfo) -> _Setting:
    annotated, meta = get_args(field.type)
    optional = get_origin(annotated) in (Union, UnionType) and type(None) in get_args(annotated)
    kind = next(part for part in get_args(annotated) if part is not type(None)) if optional else annotated
    return _Setting(field.name, kind, optional, meta, field.default)


_SETTINGS = {field.name: _take_apart(field) for field in msgspec.structs.fields(Settings)}


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
            values[value.name] = _convert(setting, value)
            sources[value.name] = value.source
        except ValueError as error:
            problems.append(f"{value.source}: {error}")
    if problems:
        raise ConfigError(problems)
    settings = Settings(**values)  # type: ignore[arg-type]  # each value was converted to its field's type
    if conflicts := list(_conflicts(settings, sources)):
        raise ConfigError(conflicts)
    return settings


def describe_settings() -> Iterator[SettingDescription]:
    """Describes every setting, in the order in which Settings declares them."""
    for setting in _SETTINGS.values():
        yield SettingDescription(
            name=setting.name,
            flag=setting.flag,
            environment=setting.environment,
            type=_type_in_words(setting),
            default=_default_in_words(setting.default),
            sentence=setting.meta.description or "",
        )


class _Value(msgspec.Struct, frozen=True):
    """A value as found; `source` is what the administrator wrote, `text` says that every type is a string."""

    name: str
    source: str
    raw: object
    text: bool


def _from_flags(flags: Mapping[str, object]) -> Iterator[_Value]:
    for name, raw in flags.items():
        if raw is not None:
            yield _Value(name, "--" + name.replace("_", "-"), raw, isinstance(raw, str))


def _from_environment(environment: Mapping[str, str]) -> Iterator[_Value]:
    for variable, raw in environment.items():
        if variable.startswith(ENVIRONMENT_PREFIX) and raw != "":
            name = variable.removeprefix(ENVIRONMENT_PREFIX)
            yield _Value(name.lower() if name.isupper() else variable, variable, raw, True)


def _from_toml(path: Path | None, problems: list[str]) -> Iterator[_Value]:
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
            yield _Value(name, f"{path}: {name}", raw, False)


def _guess(value: _Value) -> str:
    name = value.name.removeprefix(ENVIRONMENT_PREFIX).replace("-", "_").lower()
    close = difflib.get_close_matches(name, _SETTINGS, n=1)
    if not close:
        return ""
    setting = _SETTINGS[close[0]]
    if value.source.startswith(ENVIRONMENT_PREFIX):
        return f"; did you mean {setting.environment}?"
    return f"; did you mean {setting.flag if value.source.startswith('--') else setting.name}?"


def _convert(setting: _Setting, value: _Value) -> object:
    """Converts a value to the setting's type; raises ValueError with words that never repeat the value.

    The values of some settings are secrets, and an error ends in a log.
    """
    raw = value.raw
    if setting.kind is Path:
        return _to_path(raw)
    if get_origin(setting.kind) is tuple:
        to_item: Callable[[object], object] = _to_network if setting.name == "trusted_proxies" else _to_word
        return tuple(to_item(item) for item in _to_list(raw, value.text))
    if value.text:
        raw = _from_text(setting.kind, str(raw))
    try:
        converted: object = msgspec.convert(raw, Annotated[setting.kind, setting.meta])
    except msgspec.ValidationError:
        raise ValueError(f"expected {_type_in_words(setting)}") from None
    if setting.name == "public_url":
        return _to_public_url(str(converted))
    if setting.name in ("database", "listen_database"):
        return _to_database_url(str(converted))
    return converted


def _from_text(kind: object, text: str) -> object:
    """Reads a flag or a variable; text that does not fit is handed on as it is, to be refused later."""
    if kind is bool:
        word = text.lower()
        return word in _YES if word in _YES | _NO else text
    if kind is int and re.fullmatch(r"-?[0-9]{1,19}", text):
        return int(text)
    return text


def _to_path(raw: object) -> Path:
    if not isinstance(raw, str | Path) or str(raw) == "" or "\0" in str(raw):
        raise ValueError("expected a path")
    return Path(raw).expanduser()


def _to_list(raw: object, text: bool) -> Sequence[object]:
    if text:
        return [word.strip() for word in str(raw).split(",") if word.strip()]
    if isinstance(raw, list | tuple):
        return raw
    raise ValueError("expected a list")


def _to_network(raw: object) -> Network:
    if isinstance(raw, IPv4Network | IPv6Network):
        return raw
    try:
        # ip_network would take a bare number for an address.
        return ip_network(str(_to_word(raw)))
    except ValueError:
        raise ValueError("expected networks such as 10.0.0.0/8, with no bits set behind the mask") from None


def _to_word(raw: object) -> str:
    if not isinstance(raw, str) or not raw or any(character.isspace() for character in raw):
        raise ValueError("expected a list of words")
    return raw


def _to_public_url(url: str) -> str:
    """Drops the slash at the end, so that paths can be appended."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # the property raises ValueError for a port that is none
        fits = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        fits = fits and not parts.query and not parts.fragment and not re.search(r"[\s\\?#]", url)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("expected an address such as https://social.example, without query or fragment")
    return url.rstrip("/")


def _to_database_url(url: str) -> str:
    try:
        fits = urlsplit(url).scheme in ("postgresql", "postgres")
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("expected an address such as postgresql://user@host/name")
    return url


def _conflicts(settings: Settings, sources: Mapping[str, str]) -> Iterator[str]:
    """Names the settings that do not go together; the source of a setting left at its default is its name."""

    def source(name: str) -> str:
        return sources.get(name, name)

    if settings.workers > 1 and settings.database is None:
        yield (
            f"{source('workers')}: {settings.workers} workers need PostgreSQL: SQLite is served by one; "
            "set --database postgresql://… or one worker"
        )
    if settings.listen_database is not None and settings.database is None:
        yield f"{source('listen_database')}: serves only together with a PostgreSQL database (--database)"
    if settings.tls_certificate is not None and settings.tls_key is None:
        yield f"{source('tls_certificate')}: needs the private key as well (--tls-key)"
    if settings.tls_key is not None and settings.tls_certificate is None:
        yield f"{source('tls_key')}: needs the certificate as well (--tls-certificate)"
    if settings.tls_names and not settings.tls:
        yield f"{source('tls_names')}: serves only together with the local certificate (--tls)"
    if settings.tls and settings.tls_certificate is not None:
        yield f"{source('tls')}: makes a certificate, and {source('tls_certificate')} gives one; choose"


def _type_in_words(setting: _Setting) -> str:
    meta = setting.meta
    if get_origin(setting.kind) is Literal:
        return " or ".join(get_args(setting.kind))
    if get_origin(setting.kind) is tuple:
        return "list of networks" if setting.name == "trusted_proxies" else "list of names"
    if setting.kind is int:
        return f"whole number from {meta.ge} to {meta.le}"
    if setting.kind is bool:
        return "true or false"
    return "path" if setting.kind is Path else "text"


def _default_in_words(default: object) -> str:
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)
