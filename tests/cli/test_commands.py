"""The commands as an operator types them, in this process."""

import io
import json
import sqlite3
from pathlib import Path

import pytest

from dvor import __version__
from dvor.cli.main import app, main
from dvor.config import describe_settings
from dvor.store.sqlite import FILE_NAME

Out = pytest.CaptureFixture[str]


def run(*words: str) -> None:
    """Run a command; it ends with exit code 0."""
    with pytest.raises(SystemExit) as ended:
        app(list(words))
    assert not ended.value.code


def fail(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Run a command that fails; return its one line."""
    monkeypatch.setattr("sys.argv", ["dvor", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, str)
    return ended.value.code


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long secret\n"))


def test_version_and_help(capsys: Out) -> None:
    run("--version")
    assert capsys.readouterr().out == f"dvor {__version__}\n"
    run("serve", "--help")
    told = capsys.readouterr().out
    for setting in describe_settings():
        assert setting.flag in told
        assert setting.environment in "".join(told.replace("│", "").split())


@pytest.mark.usefixtures("password")
def test_an_app(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", str(tmp_path))
    run("user", "create", "ivan@example.org", "Иван", "Белый", *data)
    capsys.readouterr()
    run("app", "create", "1", "Site", "https://site.example/back", "--protocols", "vk,sngine", *data)
    told = dict(line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines())
    made = {name.strip(): value for name, value in told.items()}
    assert len(made["secure key"]) == 32
    run("app", "list", "1", *data)
    listed = capsys.readouterr().out
    assert f"{made['app id']}  Site  vk,sngine" in listed
    assert "https://site.example/back" in listed
    run("app", "rotate", "1", made["app id"], *data)
    assert made["secure key"] not in capsys.readouterr().out
    assert "AppNotFound" in fail(monkeypatch, "app", "delete", "2", made["app id"], *data)
    run("app", "delete", "1", made["app id"], *data)
    run("app", "list", "1", *data)
    assert capsys.readouterr().out == "deleted\n"
    assert "website" in fail(monkeypatch, "app", "create", "1", "Site", "ftp://site.example", *data)


@pytest.mark.usefixtures("password")
def test_a_community_and_its_token(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", str(tmp_path))
    run("user", "create", "ivan@example.org", "Иван", "Белый", *data)
    capsys.readouterr()
    run("group", "create", "Сад", "1", "--screen-name", "garden", "--access", "private", *data)
    assert capsys.readouterr().out == "1\n"
    for name in ("garden", "1", "club1"):
        run("group", "token", name, "--scope", "messages,groups", *data)
        assert capsys.readouterr().out.startswith("dvor_")
    assert "GroupNotFound" in fail(monkeypatch, "group", "token", "orchard", *data)


@pytest.mark.usefixtures("password")
def test_a_user_and_a_token(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", str(tmp_path))
    run("user", "create", "ivan@example.org", "Иван", "Белый", "--screen-name", "ivan", "--closed", *data)
    assert capsys.readouterr().out == "1\n"
    run("token", "create", "1", "--scope", "friends,wall", "--lifetime", "60", *data)
    token = capsys.readouterr().out.strip()
    assert token.startswith("dvor_")
    run("token", "list", "1", *data)
    assert "scope 8194" in capsys.readouterr().out
    run("token", "revoke", token, *data)
    run("token", "revoke", token, *data)
    assert capsys.readouterr().out == "revoked\nthere is no such token\n"
    run("user", "totp", "1", *data)
    assert "seed: " in capsys.readouterr().out
    run("user", "totp", "1", "--off", *data)
    run("user", "ban", "1", *data)
    run("user", "restore", "1", *data)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        stored = connection.execute("SELECT password_hash FROM accounts").fetchone()[0]
    connection.close()
    assert stored.startswith("$argon2id$")
    monkeypatch.setattr("sys.stdin", io.StringIO("x\n"))
    assert "LoginTaken" in fail(monkeypatch, "user", "create", "IVAN@example.org", "a", "b", *data)
    assert "UserNotFound" in fail(monkeypatch, "user", "ban", "99", *data)


@pytest.mark.usefixtures("password")
def test_the_database_commands(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", str(tmp_path / "one"))
    run("database", "migrate", *data)
    run("user", "create", "ivan@example.org", "Иван", "Белый", *data)
    run("database", "check", *data)
    assert capsys.readouterr().out.endswith("all is well\n")
    run("database", "backup", str(tmp_path / "backup"), *data)
    run("database", "restore", str(tmp_path / "backup"), "--data", str(tmp_path / "two"))
    run("database", "migrate", "--data", str(tmp_path / "three"))
    run("database", "copy", str(tmp_path / "two"), str(tmp_path / "three"))
    run("database", "check", "--data", str(tmp_path / "three"))
    assert "not empty" in fail(monkeypatch, "database", "restore", str(tmp_path / "backup"), *data)


def test_wrong_settings_are_one_line_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "dvor.toml"
    config.write_text("prot = 80\n")
    monkeypatch.setenv("DVOR_WORKERS", "many")
    told = fail(monkeypatch, "serve", "--config", str(config), "--port", "x").splitlines()
    assert len(told) == 3
    assert all(line.startswith("dvor: ") for line in told)
    monkeypatch.delenv("DVOR_WORKERS")
    assert "PostgreSQL" in fail(monkeypatch, "serve", "--listen-database", "postgresql:///dvor")
    unreachable = "postgresql://nobody@127.0.0.1:1/none"
    assert "cannot be used" in fail(monkeypatch, "database", "check", "--database", unreachable)


def test_the_reference_is_written(tmp_path: Path) -> None:
    run("docs", str(tmp_path))
    assert json.loads((tmp_path / "openapi.json").read_text())["openapi"] == "3.1.0"
    assert "friends.add" in (tmp_path / "friends.md").read_text()


def test_a_credential(tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    data = ("--data", str(tmp_path))
    run("credential", "create", "TV", "--permission", "users=write", "--permission", "secrets=read", *data)
    made = dict(line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines())
    key_id, secret = [value for _, value in sorted(made.items())]
    assert (len(key_id), len(secret)) == (32, 64)
    run("credential", "show", key_id, *data)
    assert secret in capsys.readouterr().out
    run("credential", "list", *data)
    assert capsys.readouterr().out == f"{key_id}  TV  read,secrets=read,users=write\n"
    run(
        "credential",
        "change",
        key_id,
        "--title",
        "TV 2",
        "--general",
        "none",
        "--referers",
        "A.example, blank",
        *data,
    )
    run("credential", "list", *data)
    assert f"{key_id}  TV 2  none,secrets=read,users=write" in capsys.readouterr().out
    run("credential", "rotate", key_id, *data)
    assert secret not in capsys.readouterr().out
    assert "InvalidParameter" in fail(monkeypatch, "credential", "create", "TV", "--general", "all", *data)
    assert "InvalidParameter" in fail(
        monkeypatch, "credential", "create", "TV", "--permission", "users", *data
    )
    capsys.readouterr()
    told = (
        "--registration",
        "http://a.example/",
        "--registration",
        "http://b.example/",
        "--delete",
        "http://a.example/",
    )
    for flags, lines in ((told, 3), (("--delete", "http://c.example/"), 3), ((), 3), (("--none",), 0)):
        run("credential", "hooks", key_id, *flags, *data)
        assert len(capsys.readouterr().out.splitlines()) == lines
    assert "InvalidParameter" in fail(monkeypatch, "credential", "hooks", key_id, "--change", "x", *data)
    run("credential", "delete", key_id, *data)
    assert "CredentialNotFound" in fail(monkeypatch, "credential", "show", key_id, *data)
