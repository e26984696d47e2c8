"""Jobs: the worker that does what was put off, at least once, with growing pauses between tries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from dvor.core.authorizations import prune_authorizations
from dvor.core.courtyard import Courtyard
from dvor.core.documents import purge_documents
from dvor.core.files import RESTORE_SECONDS, sweep_orphans
from dvor.core.keys import rotate_keys
from dvor.core.letters import JOB as SEND_LETTER
from dvor.core.letters import prune_letters, send_letter
from dvor.core.photos import purge_photos
from dvor.core.waiting_posts import PUBLISH, publish_due
from dvor.model.jobs import Job
from dvor.store import jobs as store
from dvor.store.credentials import prune_salts
from dvor.store.database import Transaction
from dvor.store.events import prune_events
from dvor.store.group_members import delete_ended_bans
from dvor.store.webtv_sessions import prune_webtv_sessions

LOOK_SECONDS = 1.0
LEASE_SECONDS = 300
MAX_ATTEMPTS = 10
FIRST_PAUSE_SECONDS = 5
MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR

Handler = Callable[[Courtyard, Job], Awaitable[None]]

_log = structlog.get_logger("dvor.jobs")


async def prune_old_events(courtyard: Courtyard, _job: Job) -> None:
    """Forget the events that are older, or further back, than the settings keep."""
    settings, now = courtyard.settings, courtyard.now
    before = now - settings.event_retention_days * DAY
    await courtyard.database.write(lambda tx: prune_events(tx, before, settings.event_retention_count))


async def sweep_files(courtyard: Courtyard, _job: Job) -> None:
    """Remove for good what was deleted some time ago, and the files of it and of uploads that became nothing."""
    before = courtyard.now - RESTORE_SECONDS
    for purge in (purge_documents, purge_photos):
        while await courtyard.database.write(lambda tx, purge=purge: purge(tx, before)):  # type: ignore[misc]
            pass
    await sweep_orphans(courtyard)


async def end_bans(courtyard: Courtyard, _job: Job) -> None:
    """Take everybody off the blacklists of communities whose time is over."""
    now = courtyard.now
    await courtyard.database.write(lambda tx: delete_ended_bans(tx, now))


async def prune_old_authorizations(courtyard: Courtyard, _job: Job) -> None:
    """Forget requests, codes, tokens, links and invites that are long expired."""
    await prune_authorizations(courtyard)
    await prune_letters(courtyard)


async def rotate_signing_keys(courtyard: Courtyard, _job: Job) -> None:
    """Let a new key sign when the old one has signed long enough."""
    await rotate_keys(courtyard)


async def prune_signed(courtyard: Courtyard, _job: Job) -> None:
    """Forget the salts of signed requests that are too old by now, and the sessions that are long over."""
    now = courtyard.now

    async def write(tx: Transaction) -> None:
        await prune_salts(tx, now)
        await prune_webtv_sessions(tx, now - 30 * DAY)

    await courtyard.database.write(write)


HANDLERS: dict[str, Handler] = {
    "prune_events": prune_old_events,
    "sweep_files": sweep_files,
    "end_bans": end_bans,
    "prune_authorizations": prune_old_authorizations,
    "rotate_keys": rotate_signing_keys,
    "prune_signed": prune_signed,
    SEND_LETTER: send_letter,
    PUBLISH: publish_due,
}
PERIODS = {
    "prune_events": HOUR,
    "sweep_files": DAY,
    "end_bans": MINUTE,
    "prune_authorizations": HOUR,
    "rotate_keys": DAY,
    "prune_signed": HOUR,
}
"""Jobs that come again: the seconds from one end to the next start."""


class TryAgain(Exception):
    """A job could not be done for a reason that is to be expected: it is tried again later, without an alarm."""


class JobWorker:
    """Takes due jobs one after the other; several workers share the queue through leases."""

    def __init__(self, courtyard: Courtyard, handlers: Mapping[str, Handler] | None = None) -> None:
        self._courtyard = courtyard
        self._handlers = {**HANDLERS, **(handlers or {})}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Make sure that the recurring jobs are in the queue, and work from now on."""
        for kind in PERIODS:
            await self._courtyard.database.write(lambda tx, kind=kind: self._plan(tx, kind, 0))  # type: ignore[misc]
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; a job that is under way is done again by whoever comes next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _plan(self, tx: Transaction, kind: str, pause: int) -> None:
        if not await store.has_job(tx, kind):
            await store.insert_job(tx, kind, {}, self._courtyard.now + pause)

    async def _run(self) -> None:
        while True:
            try:
                done = await self.work_once()
            except Exception:  # the database is away: it may come back, and then somebody has to work
                _log.exception("jobs could not be done")
                done = 0
            if not done:
                await asyncio.sleep(LOOK_SECONDS)

    async def work_once(self) -> int:
        """Do the jobs that are due; return how many there were."""
        now = self._courtyard.now
        async with self._courtyard.database.read() as tx:
            if not await store.has_due_job(tx, now):
                return 0
        jobs = await self._courtyard.database.write(lambda tx: store.take_jobs(tx, now, LEASE_SECONDS, 10))
        # together, so that one slow server does not keep the others waiting
        await asyncio.gather(*map(self._do, jobs))
        return len(jobs)

    async def _do(self, job: Job) -> None:
        try:
            await self._handlers[job.kind](self._courtyard, job)
        except Exception as error:
            reason = repr(error)
            tell = _log.info if isinstance(error, TryAgain) else _log.exception
            tell("job failed", kind=job.kind, job_id=job.id, attempts=job.attempts, reason=reason)
            await self._courtyard.database.write(lambda tx: self._put_back(tx, job, reason))
            return
        await self._courtyard.database.write(lambda tx: self._finish(tx, job))

    async def _finish(self, tx: Transaction, job: Job) -> None:
        await store.finish_job(tx, job.id)
        if job.kind in PERIODS:
            await self._plan(tx, job.kind, PERIODS[job.kind])

    async def _put_back(self, tx: Transaction, job: Job, error: str) -> None:
        if job.attempts >= MAX_ATTEMPTS and job.kind not in PERIODS:
            await store.fail_job(tx, job.id, self._courtyard.now, error)
        else:
            pause = FIRST_PAUSE_SECONDS * 2 ** min(job.attempts, 10)
            await store.retry_job(tx, job.id, self._courtyard.now + pause, error)
