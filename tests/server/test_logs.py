"""Log lines: one JSON object each, from both kinds of loggers, with the request's id and without secrets."""

import contextvars
import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from dvor.server import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Puts the standard library's logging and structlog back as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    return alone()


def alone() -> io.StringIO:
    """Sets the logs up alone: called inside a test, it also takes away the handlers of pytest."""
    written = io.StringIO()
    logs.set_up_logs("info", "json", written)
    return written


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_time_level_logger_event_and_values(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("dvor.test").info("двор открыт", port=8080, ratio=0.5, names=("a", "b"))
    (line,) = lines(stream)
    assert list(line) == ["time", "level", "logger", "event", "port", "ratio", "names"]
    assert str(line["time"]).endswith("Z")
    moment = datetime.fromisoformat(str(line["time"]))
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60
    assert line["level"] == "info"
    assert line["logger"] == "dvor.test"
    assert line["event"] == "двор открыт"
    assert "двор" in stream.getvalue()
    assert (line["port"], line["ratio"], line["names"]) == (8080, 0.5, ["a", "b"])


def test_the_standard_library_and_uvicorn_write_the_same_lines(stream: io.StringIO) -> None:
    import uvicorn

    uvicorn.Config(app="none:app", log_config=None)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received from %s.", "127.0.0.1")
    logging.getLogger("asyncio").error("slow")
    logging.getLogger("uvicorn.error").debug("unseen")
    first, second = lines(stream)
    assert first["event"] == "Invalid HTTP request received from 127.0.0.1."
    assert (first["level"], first["logger"]) == ("warning", "uvicorn.error")
    assert second["logger"] == "asyncio"


def test_a_configuration_that_uvicorn_made_itself_is_undone() -> None:
    import uvicorn

    uvicorn.Config(app="none:app")
    written = io.StringIO()
    logs.set_up_logs("info", "json", written)
    logging.getLogger("uvicorn.access").info("GET /livez")
    assert [line["event"] for line in lines(written)] == ["GET /livez"]


def test_lines_below_the_level_are_not_written() -> None:
    written = io.StringIO()
    logs.set_up_logs("warning", "json", written)
    log = structlog.stdlib.get_logger("dvor.test")
    log.info("unseen")
    log.warning("seen")
    logging.getLogger("any").info("unseen")
    assert [line["event"] for line in lines(written)] == ["seen"]


def test_the_id_of_the_request_stands_in_its_lines_only(stream: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("dvor.test")

    def answer(identifier: str) -> None:
        logs.request_id.set(identifier)
        log.info("answered")
        logging.getLogger("uvicorn.error").info("answered")

    ids = logs.new_request_id(), logs.new_request_id()
    for identifier in ids:
        contextvars.copy_context().run(answer, identifier)
    log.info("idle")
    assert [line.get("request_id") for line in lines(stream)] == [ids[0], ids[0], ids[1], ids[1], None]
    assert ids[0] != ids[1]
    assert len(ids[0]) == 16


def test_a_trace_is_one_line_and_masked(stream: io.StringIO) -> None:
    for log in (structlog.stdlib.get_logger("dvor.test"), logging.getLogger("dvor.other")):
        try:
            raise RuntimeError("cannot reach postgresql://dvor:hunter2@db/dvor?password=hunter2")
        except RuntimeError:
            log.exception("failed")
    for line in lines(stream):
        assert line["event"] == "failed"
        assert line["level"] == "error"
        trace = str(line["exception"])
        assert trace.startswith("Traceback")
        assert "postgresql://dvor:***@db/dvor?password=***" in trace
    assert len(lines(stream)) == 2
    assert "hunter2" not in stream.getvalue()


class LogIn(msgspec.Struct):
    login: str
    password: str


class Opaque:
    def __repr__(self) -> str:
        return "Opaque(password='hunter2', size=3)"


SECRETS = dict.fromkeys(
    (
        *("access_token", "refresh_token", "id_token", "token", "password", "new_password", "code", "secret"),
        *(
            "client_secret",
            "key",
            "api_key",
            "access_key",
            "master_key",
            "Authorization",
            "Cookie",
            "Set-Cookie",
        ),
        *("accessToken", "CLIENT-SECRET", "code_verifier"),
    ),
    "hunter2",
)


def test_values_are_masked_by_their_names_at_any_depth(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("dvor.test").info(
        "call",
        params=SECRETS,
        nested=[{"request_params": [{"key": "hunter2", "value": "hunter2"}]}],
        struct=LogIn("masha", "hunter2"),
        opaque=Opaque(),
        body=b'{"password":"hunter2"}',
        number={"code": 123456},
        **SECRETS,
    )
    text = stream.getvalue()
    # What is called "value" tells nothing about itself.
    assert text.count("hunter2") == 1
    assert "123456" not in text
    (line,) = lines(stream)
    assert line["params"] == dict.fromkeys(SECRETS, "***")
    assert line["struct"] == {"login": "masha", "password": "***"}
    assert line["opaque"] == "Opaque(password=***, size=3)"


def test_what_only_looks_like_a_secret_is_kept(stream: io.StringIO) -> None:
    kept = {"error_code": 5, "status_code": 200, "tokens": 3, "keyboard": "a", "monkey": "b", "token": None}
    text = "status code: 200, see https://social.example:8080/wall?owner_id=-1&offset=20#code, 12:30@noon"
    structlog.stdlib.get_logger("dvor.test").info(text, **kept)
    (line,) = lines(stream)
    assert line["event"] == text
    assert {name: line[name] for name in kept} == kept


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/method/users.get?user_ids=1&access_token=vk1.a.abc-_&v=5.199", "/method/users.get?user_ids=1&access_token=***&v=5.199"),
        ("code=123456", "code=***"),
        ("/token?username=a&password=p%40ss%26word&code=1#x", "/token?username=a&password=***&code=***#x"),
        ("/away?to=https%3A%2F%2Fa.b%2F%3Faccess_token%3Dabc%26v%3D5", "/away?to=https%3A%2F%2Fa.b%2F%3Faccess_token%3D***%26v%3D5"),
        ("/blank.html#access_token=abc&user_id=1", "/blank.html#access_token=***&user_id=1"),
        ("ts=1&key=abcdef&act=a_check", "ts=1&key=***&act=a_check"),
        ('{"access_token":"abc","user_id":1}', '{"access_token":"***","user_id":1}'),
        ('{"password": "a\\"b c", "n": 1}', '{"password": "***", "n": 1}'),
        ("{'code': 123456, 'n': 1}", "{'code': \"***\", 'n': 1}"),
        ("LogIn(login='masha', password='hun ter2')", "LogIn(login='masha', password=***)"),
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer ***"),
        ("postgresql://dvor:p:w@db/x", "postgresql://dvor:***@db/x"),
        ("grant_type=authorization_code&code=abc", "grant_type=authorization_code&code=***"),
    ],
)  # fmt: skip
def test_secrets_are_masked_inside_texts(text: str, masked: str) -> None:
    assert logs.mask_text(text) == masked


@given(
    secret=st.text(
        st.characters(codec="utf-8", exclude_characters="&#\"'<>%", exclude_categories=["Z", "C"]), min_size=6
    ),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_token_never_passes(secret: str, before: str, after: str) -> None:
    marked = f"Sk{secret}kS"
    for text in (
        f"{before} /x?access_token={marked}&v=5 {after}",
        f"{before} {json.dumps({'access_token': marked})} {after}",
    ):
        assert marked not in logs.mask_text(text)


def test_any_value_can_be_written() -> None:
    stream = alone()
    recursive: dict[str, object] = {}
    recursive["self"] = recursive
    structlog.stdlib.get_logger("dvor.test").info(
        "a lone surrogate \ud800 and\na line end \0",
        huge=10**10_000,
        nan=float("nan"),
        long="x" * 10_000_000,
        recursive=recursive,
        broken=b"\xff\xfe",
        keys={1: "one", None: "none"},
        moment=datetime(2026, 11, 21, tzinfo=UTC),
    )
    (line,) = lines(stream)
    assert line["event"] == "a lone surrogate \\ud800 and\na line end \0"
    assert line["nan"] == "nan"
    assert line["broken"] == "\\xff\\xfe"
    assert line["keys"] == {"1": "one", "None": "none"}
    assert str(line["long"]).endswith("… (10000000 characters)")
    assert len(stream.getvalue()) < 50_000


def test_a_line_that_cannot_be_made_is_reported_without_its_text() -> None:
    stream = alone()
    logging.getLogger("dvor.test").info("%d hunter2", "password=hunter2")
    (line,) = lines(stream)
    assert line == {"level": "error", "logger": "dvor.test", "event": "a log line was lost: TypeError"}


def test_warnings_are_lines_too(stream: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    (line,) = lines(stream)
    assert line["logger"] == "py.warnings"
    assert "DeprecationWarning: old" in str(line["event"])


def test_lines_for_a_terminal_cannot_be_forged_and_hold_no_secrets() -> None:
    written = io.StringIO()
    logs.set_up_logs("debug", "console", written)
    log = structlog.stdlib.get_logger("dvor.test")
    log.debug("one\n2026-11-21 forged\x1b[31m", password="hunter2", port=8080, path="/x?token=hunter2")
    try:
        raise RuntimeError("of\x1b the\nmatter")
    except RuntimeError:
        log.exception("heart")
    text = written.getvalue()
    assert "hunter2" not in text
    assert "\x1b" not in text
    first = text.splitlines()[0]
    assert "one\\n2026-11-21 forged\\x1b[31m" in first
    assert "port=8080" in first
    assert "dvor.test" in first
    assert 'raise RuntimeError("of' in text
