"""Jobs: done at least once, tried again after a failure, taken over from who died."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dvor.config import Settings
from dvor.core import files, jobs, message_sending
from dvor.core.courtyard import Courtyard, open_courtyard
from dvor.core.documents import NewDocument, delete_document, restore_document, save_document
from dvor.core.events import get_cursor, wait_for_events
from dvor.core.jobs import (
    DAY,
    FIRST_PAUSE_SECONDS,
    HOUR,
    LEASE_SECONDS,
    MAX_ATTEMPTS,
    MINUTE,
    PERIODS,
    JobWorker,
)
from dvor.core.users import create_user
from dvor.model.errors import CursorTooOld
from dvor.model.jobs import Job
from dvor.model.users import NewUser
from dvor.store.jobs import has_due_job, has_job, insert_job, take_jobs
from tests.core.conftest import NOW, Clock, Settle, told
from tests.postgresql import PostgreSQL


class Deeds:
    """A handler that notes what it did, and fails as long as it is told to."""

    def __init__(self) -> None:
        self.done: list[Job] = []
        self.failing = False
        self.news = asyncio.Event()

    async def __call__(self, _courtyard: Courtyard, job: Job) -> None:
        self.done.append(job)
        self.news.set()
        if self.failing:
            raise RuntimeError("no luck")


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> Deeds:
    """The handler of the jobs of kind `test`."""
    deeds = Deeds()
    monkeypatch.setitem(jobs.HANDLERS, "test", deeds)
    return deeds


async def put(courtyard: Courtyard, number: int = 1, at: int = NOW, kind: str = "test") -> int:
    """Put a job into the queue."""
    return await courtyard.database.write(lambda tx: insert_job(tx, kind, {"number": number}, at))


async def is_waiting(courtyard: Courtyard, kind: str = "test") -> bool:
    """Say whether there is such a job that nobody has given up."""
    async with courtyard.database.read() as tx:
        return await has_job(tx, kind)


async def test_due_jobs_are_done_in_order_and_forgotten(
    courtyard: Courtyard, clock: Clock, deeds: Deeds
) -> None:
    worker = JobWorker(courtyard)
    assert await worker.work_once() == 0
    for number, at in enumerate((NOW + 1, NOW, NOW - 1)):
        await put(courtyard, number, at)
    assert await worker.work_once() == 2
    assert [job.body["number"] for job in deeds.done] == [2, 1]
    assert {job.attempts for job in deeds.done} == {1}
    assert await worker.work_once() == 0
    clock.now += 1
    assert await worker.work_once() == 1
    assert not await is_waiting(courtyard)


async def test_a_failed_job_is_tried_again_after_growing_pauses(
    courtyard: Courtyard, clock: Clock, deeds: Deeds
) -> None:
    worker = JobWorker(courtyard)
    deeds.failing = True
    job_id = await put(courtyard)
    await put(courtyard, 2, NOW + 10**6)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await worker.work_once() == 1
        assert [(job.id, job.attempts) for job in deeds.done] == [
            (job_id, one) for one in range(1, attempt + 1)
        ]
        if attempt < MAX_ATTEMPTS:
            clock.now += FIRST_PAUSE_SECONDS * 2**attempt - 1
            assert await worker.work_once() == 0, "a failure is not tried again at once"
            clock.now += 1
    assert clock.now < NOW + 10**6
    async with courtyard.database.read() as tx:
        assert not await has_due_job(tx, NOW + 10**6 - 1), "and is given up at last"
    deeds.failing = False
    clock.now = NOW + 10**6
    assert await worker.work_once() == 1
    assert deeds.done[-1].body["number"] == 2


async def test_a_failure_does_not_stop_the_others(courtyard: Courtyard, deeds: Deeds) -> None:
    await put(courtyard, kind="unheard of")
    await put(courtyard, 2)
    assert await JobWorker(courtyard).work_once() == 2
    assert [job.body["number"] for job in deeds.done] == [2]
    assert await is_waiting(courtyard, "unheard of")
    assert not await is_waiting(courtyard)


async def test_the_job_of_a_dead_worker_is_done_by_another(
    courtyard: Courtyard, clock: Clock, deeds: Deeds
) -> None:
    job_id = await put(courtyard)
    await courtyard.database.write(lambda tx: take_jobs(tx, NOW, LEASE_SECONDS, 10))
    worker = JobWorker(courtyard)
    clock.now = NOW + LEASE_SECONDS - 1
    assert await worker.work_once() == 0
    clock.now = NOW + LEASE_SECONDS
    assert await worker.work_once() == 1
    assert [(job.id, job.attempts) for job in deeds.done] == [(job_id, 2)]


async def test_workers_share_the_queue(courtyard: Courtyard, deeds: Deeds) -> None:
    for number in range(40):
        await put(courtyard, number)
    workers = [JobWorker(courtyard) for _ in range(4)]
    while sum(await asyncio.gather(*(worker.work_once() for worker in workers))):
        pass
    assert sorted(job.body["number"] for job in deeds.done) == list(range(40))


async def test_a_running_worker_takes_what_comes_and_stops(courtyard: Courtyard, deeds: Deeds) -> None:
    worker = JobWorker(courtyard)
    await worker.start()
    await put(courtyard)
    async with asyncio.timeout(10):
        await deeds.news.wait()
    await worker.stop()
    await put(courtyard, 2)
    await asyncio.sleep(1.2)
    assert len(deeds.done) == 1
    await JobWorker(courtyard).stop()


async def test_recurring_jobs_are_planned_once_and_again(courtyard: Courtyard, clock: Clock) -> None:
    for _ in range(2):
        worker = JobWorker(courtyard)
        await worker.start()
        await worker.stop()
    worker = JobWorker(courtyard)
    assert await worker.work_once() in (0, len(PERIODS)), "the one that was started may have done them"
    hourly = [period for period in PERIODS.values() if period <= HOUR]
    for moment, due in ((NOW + MINUTE - 1, 0), (NOW + HOUR, len(hourly)), (NOW + DAY, len(PERIODS))):
        clock.now = moment
        assert await worker.work_once() == due


async def test_a_recurring_job_is_never_given_up(
    courtyard: Courtyard, clock: Clock, deeds: Deeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.PERIODS, "test", HOUR)
    deeds.failing = True
    await put(courtyard)
    worker = JobWorker(courtyard)
    for _ in range(MAX_ATTEMPTS + 3):
        assert await worker.work_once() == 1
        clock.now += FIRST_PAUSE_SECONDS * 2**10
    deeds.failing = False
    assert await worker.work_once() == 1
    assert await worker.work_once() == 0
    clock.now += HOUR
    assert await worker.work_once() == 1


@pytest.mark.postgresql
async def test_the_worker_outlives_the_database(
    durable_postgresql: PostgreSQL, tmp_path: Path, clock: Clock, deeds: Deeds
) -> None:
    address = durable_postgresql.create_database("dvor")
    courtyard = await open_courtyard(Settings(data=tmp_path, database=address), clock=clock)
    worker = JobWorker(courtyard)
    await worker.start()
    durable_postgresql.kill()
    await asyncio.sleep(1.5)
    durable_postgresql.start()
    async with asyncio.timeout(20):
        while True:
            try:
                await put(courtyard)
                break
            except Exception:
                await asyncio.sleep(0.1)
        await deeds.news.wait()
    await worker.stop()
    await courtyard.close()


@pytest.fixture
async def forgetful(settings: Settings, clock: Clock) -> AsyncIterator[Courtyard]:
    """A community that keeps three events a person, for a day."""
    values = {name: getattr(settings, name) for name in settings.__struct_fields__}
    kept = values | {"event_retention_count": 3, "event_retention_days": 1}
    courtyard = await open_courtyard(Settings(**kept), clock=clock)
    yield courtyard
    await courtyard.close()


async def test_old_events_are_pruned(forgetful: Courtyard, clock: Clock) -> None:
    people = [NewUser(first_name=name, last_name="X") for name in "AB"]
    one, other = [
        await forgetful.database.write(lambda tx, user=user: create_user(tx, user, NOW))  # type: ignore[misc]
        for user in people
    ]
    for number in range(5):
        await forgetful.database.write(
            lambda tx, number=number: message_sending.send_message(  # type: ignore[misc]
                tx, one, other, str(number), [], random_id=0, now=NOW
            )
        )
    prune = Job(1, "prune_events", {}, 1)
    await jobs.prune_old_events(forgetful, prune)
    with pytest.raises(CursorTooOld):
        await wait_for_events(forgetful, one, 1, 0)
    news = await wait_for_events(forgetful, one, 2, 0)
    assert [told(event).text for event in news.events] == ["2", "3", "4"]
    clock.now += DAY + 1
    await jobs.prune_old_events(forgetful, prune)
    async with forgetful.database.read() as tx:
        cursor = await get_cursor(tx, other)
    # five messages, and that one more conversation is unread
    assert (cursor.number, cursor.pruned) == (6, 6), "numbers are not used again"
    assert (await wait_for_events(forgetful, other, 6, 0)).events == []


async def test_files_that_became_nothing_are_swept(courtyard: Courtyard, clock: Clock) -> None:
    name = await courtyard.files.keep(b"content")
    clock.now = int(os.stat(courtyard.files.path(name)).st_mtime) + files.ORPHAN_SECONDS
    await jobs.sweep_files(courtyard, Job(1, "sweep_files", {}, 1))
    assert await courtyard.files.exists(name)
    clock.now += 2
    await jobs.sweep_files(courtyard, Job(1, "sweep_files", {}, 1))
    assert not await courtyard.files.exists(name)


async def test_what_was_deleted_leaves_the_disk_after_a_day(
    courtyard: Courtyard, settle: Settle, clock: Clock
) -> None:
    (anna,) = await settle({})
    address = files.UploadAddress(anna, "doc", NOW)
    body = await files.keep_document(courtyard, address, b"secret", "a.txt", is_sound=False)
    _, upload = files.read_document_receipt(courtyard, anna, *body)
    new = NewDocument(owner_id=anna)
    saved = await courtyard.database.write(
        lambda tx: save_document(tx, anna, upload, new, quota=0, now=clock.now)
    )
    await courtyard.database.write(lambda tx: delete_document(tx, anna, (anna, saved.id), now=clock.now))
    clock.now += files.RESTORE_SECONDS
    await jobs.sweep_files(courtyard, Job(1, "sweep_files", {}, 1))
    await courtyard.database.write(lambda tx: restore_document(tx, anna, (anna, saved.id)))
    await courtyard.database.write(lambda tx: delete_document(tx, anna, (anna, saved.id), now=clock.now))
    kept = int(os.stat(courtyard.files.path(upload.file)).st_mtime)
    clock.now = max(kept, clock.now) + files.ORPHAN_SECONDS + files.RESTORE_SECONDS
    await jobs.sweep_files(courtyard, Job(1, "sweep_files", {}, 1))
    assert not await courtyard.files.exists(upload.file)
