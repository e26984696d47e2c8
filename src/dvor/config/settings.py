"""The settings: their names, types, bounds, defaults and what they are for."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

Network: TypeAlias = IPv4Network | IPv6Network
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["json", "console"]
SignUpMode: TypeAlias = Literal["open", "invite", "closed"]
MailSecurity: TypeAlias = Literal["starttls", "tls", "none"]

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
        int,
        Meta(
            description="Number of server processes, on either engine; as many as cores answer most.",
            ge=1,
            le=256,
        ),
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


def find_conflicts(settings: Settings, sources: Mapping[str, str]) -> Iterator[str]:
    """Names the settings that do not go together; the source of a setting left at its default is its name."""

    def source(name: str) -> str:
        return sources.get(name, name)

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
