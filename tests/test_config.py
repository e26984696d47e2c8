"""Settings come from four sources in one order, and what is wrong is said with its source."""

from ipaddress import ip_network
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dvor.config import ConfigError, Settings, describe_settings, load_settings

DEFAULTS = Settings()


def write_toml(folder: Path, text: str) -> Path:
    path = folder / "dvor.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(
    flags: dict[str, object] | None = None,
    environment: dict[str, str] | None = None,
    toml_path: Path | None = None,
) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load_settings(flags or {}, environment or {}, toml_path)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_without_any_source_everything_is_at_its_default() -> None:
    assert load_settings({}, {}, None) == DEFAULTS
    assert load_settings({"port": None}, {"DVOR_PORT": "", "PATH": "/bin"}, None) == DEFAULTS


# Bounds within which every integer setting below is valid.
NUMBERS = ("port", "form_limit", "upload_limit", "rate_limit", "event_retention_count")
SOME = st.dictionaries(st.sampled_from(NUMBERS), st.integers(1024, 65535))


@given(flags=SOME, environment=SOME, file=SOME)
def test_the_strongest_source_that_has_a_setting_wins(
    flags: dict[str, int],
    environment: dict[str, int],
    file: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "precedence.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in file.items()), encoding="utf-8")
    variables = {f"DVOR_{name.upper()}": str(value) for name, value in environment.items()}
    settings = load_settings(flags, variables, path)
    expected = msgspec.structs.asdict(DEFAULTS) | file | environment | flags
    assert msgspec.structs.asdict(settings) == expected


@given(name=st.sampled_from([each.name for each in describe_settings()]), text=st.text(max_size=20))
def test_no_text_breaks_the_reader(name: str, text: str) -> None:
    try:
        settings = load_settings({}, {f"DVOR_{name.upper()}": text}, None)
    except ConfigError as error:
        problems = error.problems
    else:
        # What is read back from its own value is the same value.
        problems = ()
        value = getattr(settings, name)
        flags = {name: value} if name != "tls_names" else {name: value, "tls": True}
        assert getattr(load_settings(flags, {}, None), name) == value
    assert all(problem.startswith("DVOR_") for problem in problems)


def test_every_type_is_read_from_the_environment() -> None:
    settings = load_settings(
        {},
        {
            "DVOR_HOST": "::1",
            "DVOR_PORT": "0",
            "DVOR_DATA": "/srv/dvor",
            "DVOR_DATABASE": "postgresql://dvor:pa%20ss@db:5432/dvor",
            "DVOR_WORKERS": "4",
            "DVOR_PUBLIC_URL": "https://двор.рф:8443/",
            "DVOR_TRUSTED_PROXIES": "10.0.0.0/8, ::1,192.168.1.1",
            "DVOR_TLS": "yes",
            "DVOR_TLS_NAMES": "api.vk.com,oauth.vk.ru",
            "DVOR_LOG_LEVEL": "warning",
            "DVOR_LOG_FORMAT": "console",
            "DVOR_STATEMENT_CACHE": "False",
            "DVOR_MASTER_KEY": "c2VjcmV0",
        },
        None,
    )
    assert settings.host == "::1"
    assert settings.port == 0
    assert settings.data == Path("/srv/dvor")
    assert settings.database == "postgresql://dvor:pa%20ss@db:5432/dvor"
    assert settings.workers == 4
    assert settings.public_url == "https://двор.рф:8443"
    assert settings.trusted_proxies == tuple(map(ip_network, ("10.0.0.0/8", "::1/128", "192.168.1.1/32")))
    assert settings.tls
    assert settings.https
    assert settings.tls_names == ("api.vk.com", "oauth.vk.ru")
    assert settings.log_level == "warning"
    assert settings.log_format == "console"
    assert not settings.statement_cache
    assert settings.master_key == "c2VjcmV0"


def test_every_type_is_read_from_toml(tmp_path: Path) -> None:
    path = write_toml(
        tmp_path,
        'data = "courtyard"\ntrusted_proxies = ["10.0.0.0/8"]\ntls_certificate = "c.pem"\ntls_key = "k.pem"\n'
        'password_grant = false\npoll_wait = 25\nlog_format = "console"\n',
    )
    settings = load_settings({}, {}, path)
    assert settings.data == Path("courtyard")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)
    assert (settings.tls_certificate, settings.tls_key) == (Path("c.pem"), Path("k.pem"))
    assert settings.https
    assert not settings.tls
    assert not settings.password_grant
    assert settings.poll_wait == 25
    assert settings.log_format == "console"


@pytest.mark.parametrize(
    "line",
    [
        'port = "8080"',
        "port = true",
        "port = 80.0",
        "port = 65536",
        "port = -1",
        "tls = 1",
        'tls = "true"',
        "data = 5",
        'data = ""',
        'trusted_proxies = "10.0.0.0/8"',
        "trusted_proxies = [10]",
        'trusted_proxies = ["10.0.0.1/8"]',
        'log_level = "loud"',
        "database = 1",
        'host = ""',
        "tls_names = ['a b']",
    ],
)
def test_toml_values_must_have_their_type_and_bounds(line: str, tmp_path: Path) -> None:
    path = write_toml(tmp_path, line + "\n")
    (problem,) = problems_of(toml_path=path)
    assert problem.startswith(f"{path}: {line.partition(' ')[0]}: expected ")


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DVOR_PORT", "eighty"),
        ("DVOR_PORT", "8e3"),
        ("DVOR_PORT", " 80"),
        ("DVOR_PORT", "٨٠"),
        ("DVOR_PORT", "9" * 5000),
        ("DVOR_TLS", "perhaps"),
        ("DVOR_PUBLIC_URL", "social.example"),
        ("DVOR_PUBLIC_URL", "ftp://social.example"),
        ("DVOR_PUBLIC_URL", "https://social.example/?a=b"),
        ("DVOR_PUBLIC_URL", "https://user:pass@social.example"),
        ("DVOR_PUBLIC_URL", "https://social.example:port"),
        ("DVOR_DATABASE", "mysql://root:hunter2@db/dvor"),
        ("DVOR_LISTEN_DATABASE", "sqlite:///dvor.db?password=hunter2"),
        ("DVOR_DATA", "a\0b"),
    ],
)
def test_text_that_does_not_fit_is_refused_and_not_repeated(variable: str, text: str) -> None:
    (problem,) = problems_of(environment={variable: text})
    assert problem.startswith(f"{variable}: expected ")
    assert "hunter2" not in problem
    assert len(problem) < 200


def test_unknown_names_are_refused_with_a_guess(tmp_path: Path) -> None:
    path = write_toml(tmp_path, "prot = 1\n[server]\nport = 2\n")
    problems = problems_of({"worker": 2}, {"DVOR_TRUSTED_PROXY": "::1", "DVOR_port": "1"}, path)
    assert problems == (
        f"{path}: prot: there is no such setting; did you mean port?",
        f"{path}: server: there is no such setting",
        "DVOR_TRUSTED_PROXY: there is no such setting; did you mean DVOR_TRUSTED_PROXIES?",
        "DVOR_port: there is no such setting; did you mean DVOR_PORT?",
        "--worker: there is no such setting; did you mean --workers?",
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert problems_of(toml_path=missing) == (f"{missing}: No such file or directory",)
    broken = write_toml(tmp_path, "port =\n")
    assert problems_of(toml_path=broken)[0].startswith(f"{broken}: not valid TOML: ")
    broken.write_bytes(b'host = "\xff"\n')
    assert problems_of(toml_path=broken)[0].startswith(f"{broken}: not valid TOML: ")


def test_settings_that_do_not_go_together_are_named_with_their_sources() -> None:
    (problem,) = problems_of({"tls_certificate": "c.pem"})
    assert problem == "--tls-certificate: needs the private key as well (--tls-key)"
    (problem,) = problems_of({"tls_key": Path("k.pem")})
    assert problem.startswith("--tls-key: needs the certificate")
    (problem,) = problems_of({"tls": True, "tls_key": "k.pem"}, {"DVOR_TLS_CERTIFICATE": "c.pem"})
    assert problem.startswith("--tls: makes a certificate, and DVOR_TLS_CERTIFICATE gives one")
    (problem,) = problems_of({"tls_names": ["api.vk.com"]})
    assert problem.startswith("--tls-names: ")
    (problem,) = problems_of({"listen_database": "postgresql://db/dvor"})
    assert problem.startswith("--listen-database: ")


def test_a_printed_settings_holds_no_secret() -> None:
    settings = load_settings(
        {"master_key": "sesame", "database": "postgresql://dvor:sesame@db/dvor", "port": 1}, {}, None
    )
    assert "sesame" not in repr(settings)
    assert "port=1," in repr(settings)
    assert "master_key=None" in repr(DEFAULTS)


def test_every_setting_is_described_in_one_sentence() -> None:
    described = list(describe_settings())
    assert [each.name for each in described] == list(Settings.__struct_fields__)
    for each in described:
        assert each.sentence[0].isupper()
        assert each.sentence.endswith(".")
        assert each.flag == "--" + each.name.replace("_", "-")
        assert each.environment == "DVOR_" + each.name.upper()
    by_name = {each.name: each for each in described}
    assert by_name["port"].type == "whole number from 0 to 65535"
    assert by_name["port"].default == "8080"
    assert by_name["tls"].default == "false"
    assert by_name["public_url"].default == ""
    assert by_name["log_format"].type == "json or console"
    assert by_name["data"].type == "path"
    assert by_name["trusted_proxies"].type == "list of networks"
