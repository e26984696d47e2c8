"""Hooks: other servers are told of users by signed forms, again until they take them, and never on private networks."""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from dvor.cli.cast import PASSWORD
from dvor.core import credentials
from dvor.core.accounts import create_account
from dvor.core.hooks import list_hooks, set_hooks
from dvor.core.jobs import FIRST_PAUSE_SECONDS, LEASE_SECONDS, MAX_ATTEMPTS, JobWorker
from dvor.core.users import deactivate
from dvor.dialects.webtv import hooks
from dvor.model.credentials import sign
from dvor.model.errors import CredentialNotFound, InvalidParameter, LoginTaken
from dvor.model.hooks import HOOK_EVENTS
from dvor.model.users import NewUser
from dvor.store.jobs import take_jobs
from tests.dialects.conftest import NOW, CastClient
from tests.dialects.webtv.conftest import Integration

FIELDS = [
    "id",
    "login",
    "alias",
    "email",
    "name",
    "surname",
    "status",
    "ip",
    "useragent",
    "access_level",
    "id_privilege_set",
    "company",
    "reg_source",
    "original_post_data",
]
"""Of the original, in its order."""


class Receiver:
    """Another server: answers the statuses that it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.statuses: list[int] = []
        self.signatures: list[tuple[str, bytes]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        headers = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.heard.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        self.signatures.append((headers["x-dvor-signature"], body))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()


class Hooked(Integration):
    """A server that is told of everything, and the worker that tells it."""

    receiver: Receiver
    worker: JobWorker
    now = NOW

    async def tell(self) -> list[dict[str, str]]:
        """Do the jobs that are due; return what was heard."""
        self.receiver.heard.clear()
        await self.worker.work_once()
        return self.receiver.heard

    async def events(self) -> list[str]:
        return sorted(one["event"] for one in await self.tell())


@pytest.fixture
async def hooked(cast_client: CastClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hooked]:
    async with prepared(cast_client, monkeypatch, allows_private=True) as found:
        yield found


@contextlib.asynccontextmanager
async def prepared(
    client: CastClient, monkeypatch: pytest.MonkeyPatch, *, allows_private: bool
) -> AsyncIterator[Hooked]:
    hooked = await Hooked.open(client)
    courtyard = hooked.courtyard
    monkeypatch.setattr(courtyard, "clock", lambda: hooked.now)
    monkeypatch.setattr(courtyard, "settings", replace(courtyard.settings, outbound_private=allows_private))
    hooked.receiver, hooked.worker = Receiver(), JobWorker(courtyard, hooks.HANDLERS)
    server = await asyncio.start_server(hooked.receiver.serve, "127.0.0.1", 0)
    hooked.receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook.php"
    async with server:
        await set_hooks(courtyard, hooked.key_id, {event: [hooked.receiver.url] for event in HOOK_EVENTS})
        yield hooked


async def create(hooked: Hooked) -> int:
    given: dict[str, Any] = {
        "login": "ivan77",
        "password": "long enough",
        "email": "ivan@site.example",
        "name": "Иван",
        "ip": "192.0.2.9",
        "useragent": "UA",
        "company": "TV",
    }
    return int((await hooked.ask("create", **given))["id"])


async def test_a_registration_is_told_and_signed(hooked: Hooked) -> None:
    user_id = await create(hooked)
    [told] = await hooked.tell()
    assert list(told)[: len(FIELDS)] == FIELDS
    expected = {
        "id": str(user_id),
        "login": "ivan77",
        "alias": "Иван",
        "email": "ivan@site.example",
        "name": "Иван",
        "surname": "",
        "status": "1",
        "ip": "192.0.2.9",
        "useragent": "UA",
        "access_level": "5",
        "id_privilege_set": "6",
        "company": "TV",
        "reg_source": "api",
        "event": "registration",
    }
    assert {name: told[name] for name in expected} == expected
    original = json.loads(told["original_post_data"])
    assert original["name"] == "Иван"
    assert "password" not in original
    assert told["key"] == hooked.key_id
    assert told["timestamp"] == str(NOW)
    assert told["signature"] == sign(hooked.secret, told["salt"], told["timestamp"])
    [(header, body)] = hooked.receiver.signatures
    assert header == "sha256=" + hmac.digest(hooked.secret.encode(), body, "sha256").hex()
    assert await hooked.tell() == [], "told once"


async def test_everything_that_happens_to_a_user_is_told(hooked: Hooked) -> None:
    user_id = await create(hooked)
    assert await hooked.events() == ["registration"]
    for do, special, events in (
        ("modify", {"surname": "Белый"}, ["change"]),
        ("modify", {"vat": "7"}, ["change"]),
        ("modify", {"status": "0"}, ["status_change"]),
        ("modify", {"status": "0"}, []),
        ("activate", {}, ["status_change"]),
        ("deactivate", {}, ["status_change"]),
        ("modify", {"status": "2", "notes": "x"}, ["change", "status_change"]),
    ):
        assert "ok" in await hooked.ask(do, user_id, **special)
        assert await hooked.events() == events, (do, special)
    await hooked.ask("delete", user_id)
    [told] = await hooked.tell()
    assert (told["event"], told["name"], told["login"], told["status"]) == ("delete", "Иван", "ivan77", "2")


async def test_what_happens_elsewhere_is_told_too(hooked: Hooked) -> None:
    client = hooked.client
    await client.get("account.saveProfileInfo", "boris", first_name="Боря")
    [told] = await hooked.tell()
    assert (told["event"], told["name"]) == ("change", "Боря")
    boris = client.ids["boris"]
    await hooked.courtyard.database.write(lambda tx: deactivate(tx, boris, "banned"))
    [told] = await hooked.tell()
    assert (told["event"], told["status"]) == ("status_change", "0")
    user = NewUser(first_name="Пётр", last_name="Новый")
    await create_account(hooked.courtyard, user, "peter@dvor.example", PASSWORD)
    [told] = await hooked.tell()
    assert (told["event"], told["email"], told["reg_source"]) == (
        "registration",
        "peter@dvor.example",
        "backend",
    )


async def test_what_did_not_happen_is_not_told(hooked: Hooked) -> None:
    user = NewUser(first_name="Пётр", last_name="Новый")
    with pytest.raises(LoginTaken):
        await create_account(hooked.courtyard, user, "anna@dvor.example", PASSWORD)
    assert "error" in await hooked.ask("modify", hooked.client.ids["boris"], surname="Белый", user_groups="9")
    assert await hooked.tell() == []


async def test_a_server_that_does_not_answer_is_told_again(hooked: Hooked) -> None:
    await create(hooked)
    hooked.receiver.statuses = [500, 302, 204]
    heard = []
    for attempt in range(3):
        heard += list(await hooked.tell())
        assert await hooked.tell() == [], "not before its time"
        hooked.now += FIRST_PAUSE_SECONDS * 2 ** (attempt + 1)
    assert await hooked.tell() == []
    assert [one["event_id"] for one in heard] == [heard[0]["event_id"]] * 3
    assert len({one["salt"] for one in heard}) == 3
    assert len({one["timestamp"] for one in heard}) == 3


async def test_what_a_killed_process_was_about_to_tell_is_told(hooked: Hooked) -> None:
    await create(hooked)
    database = hooked.courtyard.database
    taken = await database.write(lambda tx: take_jobs(tx, hooked.now, LEASE_SECONDS, 10))
    assert len(taken) == 1
    assert await hooked.tell() == [], "another has it, until its lease ends"
    hooked.now += LEASE_SECONDS + 1
    assert [one["event"] for one in await hooked.tell()] == ["registration"]


async def test_what_cannot_be_told_is_kept_for_a_person_to_see(hooked: Hooked) -> None:
    await create(hooked)
    hooked.receiver.statuses = [500] * 99
    for _ in range(MAX_ATTEMPTS):
        assert len(await hooked.tell()) == 1
        hooked.now += FIRST_PAUSE_SECONDS * 2**11
    assert await hooked.tell() == []


async def test_a_hook_that_is_gone_is_told_nothing(hooked: Hooked) -> None:
    await create(hooked)
    await set_hooks(hooked.courtyard, hooked.key_id, {})
    assert await hooked.tell() == []
    await set_hooks(hooked.courtyard, hooked.key_id, {"delete": [hooked.receiver.url]})
    await hooked.ask("delete", hooked.client.ids["boris"])
    await credentials.remove_credential(hooked.courtyard, hooked.key_id)
    assert await hooked.tell() == []


async def test_private_addresses_are_not_told(
    cast_client: CastClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with prepared(cast_client, monkeypatch, allows_private=False) as hooked:
        await create(hooked)
        assert await hooked.tell() == []


async def test_what_is_no_hook(integration: Integration) -> None:
    for wrong in (
        "ftp://site.example/",
        "/hook",
        "http://",
        "http://a b/",
        "http://me:secret@site.example/",
        "http://[",
    ):
        with pytest.raises(InvalidParameter):
            await set_hooks(integration.courtyard, integration.key_id, {"delete": [wrong]})
    with pytest.raises(InvalidParameter):
        await set_hooks(
            integration.courtyard,
            integration.key_id,
            {"delete": [f"http://a.example/{n}" for n in range(11)]},
        )
    with pytest.raises(InvalidParameter):
        await set_hooks(integration.courtyard, integration.key_id, {"teleport": []})  # type: ignore[dict-item]
    with pytest.raises(CredentialNotFound):
        await set_hooks(integration.courtyard, "x", {})
    twice = {"delete": ["http://b.example/", "http://a.example/", "http://b.example/"]}
    await set_hooks(integration.courtyard, integration.key_id, twice)  # type: ignore[arg-type]
    async with integration.courtyard.database.read() as tx:
        found = await list_hooks(tx, integration.key_id)
    assert found == {"delete": ["http://a.example/", "http://b.example/"]}
