"""Whatever comes in, an error in the dialect's own shape goes out, and nothing is half-written."""

import asyncio
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dvor.dialects.vk.api import METHODS
from dvor.server.app import Application
from tests.dialects.vk.conftest import CastClient

WRITERS = ("wall.post", "messages.send", "friends.add", "likes.add")
BAD_TEXTS = (b"%00", b"a%00b", b"%ff%fe", b"%ed%a0%80", b"%c3%28", b"\xff\xfe", b"%f5%80%80%80")


def check(answer: httpx.Response, *codes: int) -> int:
    """An answer is JSON in the dialect's shape, never an internal error; return its code, 0 for a success."""
    assert answer.status_code in (200, 400), answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    if "response" in body:
        code = 0
    else:
        code = body["error_code"]
        assert code == body["error"]["error_code"]
        assert isinstance(body["error_msg"], str)
    assert code != 10, body
    assert not codes or code in codes, body
    return code


async def count_everything(client: CastClient) -> tuple[int, int]:
    """Return how many posts and messages Anna has."""
    wall = await client.get("wall.get")
    history = await client.get("messages.getHistory", peer_id=2)
    return wall["count"], history["count"]


@pytest.mark.parametrize("bad", BAD_TEXTS)
async def test_texts_that_are_none(cast_client: CastClient, bad: bytes) -> None:
    before = await count_everything(cast_client)
    token = cast_client.tokens["anna"].encode()
    for method, name in (
        ("wall.post", b"message"),
        ("messages.send", b"message"),
        ("users.get", b"user_ids"),
    ):
        content = b"v=5.199&peer_id=2&random_id=0&access_token=" + token + b"&" + name + b"=" + bad
        headers = {"content-type": "application/x-www-form-urlencoded"}
        check(await cast_client.http.post(f"/method/{method}", content=content, headers=headers), 100)
        if max(bad) < 128:
            check(await cast_client.http.get(f"/method/{method}?{content.decode()}"), 100)
    assert await count_everything(cast_client) == before


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"message": "\\ud800"}', "application/json"),
        (b'{"message": "a\\u0000"}', "application/json"),
        (b'{"message": ', "application/json"),
        (b"[1, 2]", "application/json"),
        (b"[" * 5000, "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=y"),
        (b"no boundary", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n\xff\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"&".join(b"a%d=1" % number for number in range(1500)), "application/x-www-form-urlencoded"),
        (b"message=" + b"x" * 10_000_000, "application/x-www-form-urlencoded"),
    ],
    ids=[
        "surrogate",
        "nul",
        "cut",
        "list",
        "deep",
        "other boundary",
        "no boundary",
        "latin",
        "1500",
        "10 MB",
    ],
)
async def test_bodies_that_cannot_be_read(cast_client: CastClient, content: bytes, kind: str) -> None:
    before = await count_everything(cast_client)
    query = {"access_token": cast_client.tokens["anna"], "v": "5.199"}
    answer = await cast_client.http.post(
        "/method/wall.post", params=query, content=content, headers={"content-type": kind}
    )
    check(answer, 100)
    assert len(answer.content) < 10_000
    assert await count_everything(cast_client) == before


async def test_long_texts_and_many_ids(cast_client: CastClient) -> None:
    assert await cast_client.refuse("wall.post", message="x" * 20_000) == 100
    assert await cast_client.refuse("messages.send", peer_id=2, random_id=0, message="x" * 5000) == 914
    assert await cast_client.refuse("users.get", user_ids=",".join(map(str, range(1, 1002)))) == 100
    assert len(await cast_client.get("users.get", user_ids=",".join(map(str, range(1, 1001))))) == 8
    assert await cast_client.refuse("messages.getById", message_ids=",".join(map(str, range(1, 102)))) == 100


NUMBERS = st.one_of(
    st.integers(), st.sampled_from([2**31, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63), 10**400, 0, -1])
)
VALUES = st.one_of(
    NUMBERS.map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    st.floats().map(str),
    st.lists(NUMBERS.map(str), max_size=30).map(",".join),
    st.sampled_from(
        ["true", "null", "None", "[]", "{}", "' OR 1=1 --", "%", "\\", "../..", "photo1_1", "photo-1_99"]
    ),
)
PARAMETERS = sorted({name for one in METHODS.values() for name in one.params.__struct_fields__})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(sorted(METHODS)),
    params=st.dictionaries(st.sampled_from([*PARAMETERS, "zzz"]), VALUES, max_size=6),
    v=st.sampled_from(["5.199", "5.50", "0", "-1", "999999.1", "abc", ""]),
)
async def test_any_value_of_any_parameter(
    cast_client: CastClient, method: str, params: dict[str, str], v: str
) -> None:
    asked = params | {"access_token": cast_client.tokens["clara"], "v": v}
    check(await cast_client.http.post(f"/method/{method}", data=asked))


async def test_strange_paths_and_verbs(cast_client: CastClient) -> None:
    for path in ("/method/", "/method/a", "/method/%00", "/method/users.get/x", "/method/%D1%8B.%D1%8B"):
        check(await cast_client.http.get(path), 3)
    for verb in ("PUT", "DELETE", "PATCH"):
        check(await cast_client.http.request(verb, "/method/utils.getServerTime"), 0)
    answer = await cast_client.http.options(
        "/method/users.get", headers={"access-control-request-headers": "x-a"}
    )
    assert answer.headers["access-control-allow-headers"] == "x-a"


async def test_a_body_that_stops_half_way_writes_nothing(cast_client: CastClient) -> None:
    before = await count_everything(cast_client)
    config = uvicorn.Config(Application(cast_client.courtyard), port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    body = f"access_token={cast_client.tokens['anna']}&v=5.199&message=half".encode()
    head = (
        b"POST /method/wall.post HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head + b"content-length: %d\r\n\r\n" % (len(body) + 100) + body)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.1)
    server.should_exit = True
    await serving
    assert await count_everything(cast_client) == before


async def test_a_bug_is_an_error_of_the_dialect(
    cast_client: CastClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("dvor.methods.dispatch.convert", fail)
    answer = await cast_client.ask("users.get")
    assert (answer.status_code, answer.json()["error"]["error_code"]) == (200, 10)
    assert "Zero" not in answer.text
