"""Letters: sent by a real SMTP server, tried again when it is away, sealed while they wait."""

import contextlib
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller

from dvor.core.courtyard import Courtyard
from dvor.core.jobs import JobWorker
from dvor.core.letters import queue_letter, seal_letter
from dvor.model.letters import Letter
from dvor.store.jobs import take_jobs
from tests.core.conftest import NOW, Clock

LETTER = Letter("anna@dvor.example", "Привет", "Открой: https://x.example/?key=secret\n")


class Mailbox:
    """Keeps what an SMTP server is given."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # its name in aiosmtpd
        self.kept.append(envelope)
        return "250 OK"


async def queue(courtyard: Courtyard) -> None:
    sealed = seal_letter(courtyard, LETTER)
    await courtyard.database.write(lambda tx: queue_letter(tx, sealed, courtyard.now))


async def test_a_letter_is_sent_and_tried_again(
    courtyard: Courtyard, clock: Clock, unused_tcp_port: int
) -> None:
    courtyard.settings = msgspec.structs.replace(
        courtyard.settings, smtp_host="127.0.0.1", smtp_port=unused_tcp_port, smtp_security="none"
    )
    worker, mailbox = JobWorker(courtyard), Mailbox()
    await queue(courtyard)
    assert await worker.work_once() == 1
    assert await worker.work_once() == 0, "the server is away, and it waits"
    server = Controller(mailbox, hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    try:
        clock.now += 60
        assert await worker.work_once() == 1
        assert await worker.work_once() == 0
    finally:
        with contextlib.suppress(AssertionError):
            server.stop()
    (envelope,) = mailbox.kept
    assert (envelope.mail_from, envelope.rcpt_tos) == ("dvor@localhost", ["anna@dvor.example"])
    text = envelope.content.decode()
    assert "Message-ID: <" in text
    assert "Subject: =?utf-8?" in text


async def test_a_waiting_letter_tells_nothing(courtyard: Courtyard) -> None:
    await queue(courtyard)
    (job,) = await courtyard.database.write(lambda tx: take_jobs(tx, NOW, 60, 10))
    assert "secret" not in str(job.body)
    assert "anna" not in str(job.body)


async def test_a_letter_to_nobody_is_not_sent(
    courtyard: Courtyard, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = seal_letter(courtyard, Letter("", "", ""))
    await courtyard.database.write(lambda tx: queue_letter(tx, sealed, courtyard.now))
    assert await JobWorker(courtyard).work_once() == 1
    assert capsys.readouterr().out == ""
