"""Jobs: a queue in a table, with leases, so that a killed worker's job is taken up by another."""

from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, bindparam, delete, select, update

from dvor.model.jobs import Job
from dvor.store.columns import Id, Json, metadata
from dvor.store.database import Transaction
from dvor.store.numbers import next_number
from dvor.store.statements import Statement, among, insert_all

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("body", Json(dict[str, Any]), nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Id, nullable=False),
    Column("last_error", Text, nullable=False),
    Index("ix_jobs_next_at", "next_at"),
)
"""`next_at` is when a waiting job is due, and when the lease of a running one ends."""

_id = bindparam("job_id", type_=Id)
_DUE = Statement(
    select(jobs.c.id, jobs.c.kind, jobs.c.body, jobs.c.attempts)
    .where(jobs.c.state != "failed", jobs.c.next_at <= bindparam("now", type_=Id))
    .order_by(jobs.c.next_at, jobs.c.id)
    .limit(bindparam("count", type_=Integer))
    .with_for_update(skip_locked=True),
    Job,
)
_HAS_DUE = Statement(
    select(jobs.c.id).where(jobs.c.state != "failed", jobs.c.next_at <= bindparam("now", type_=Id)).limit(1)
)
_LEASE = Statement(
    update(jobs)
    .where(among(jobs.c.id, "job_ids"))
    .values(state="running", attempts=jobs.c.attempts + 1, next_at=bindparam("until", type_=Id))
)
_INSERT = Statement(insert_all(jobs))
_FINISH = Statement(delete(jobs).where(jobs.c.id == _id))
_SET = Statement(
    update(jobs)
    .where(jobs.c.id == _id)
    .values(
        state=bindparam("new_state", type_=Text),
        next_at=bindparam("at", type_=Id),
        last_error=bindparam("error", type_=Text),
    )
)
_OF_KIND = Statement(
    select(jobs.c.id).where(jobs.c.kind == bindparam("kind", type_=Text), jobs.c.state != "failed")
)


async def insert_job(tx: Transaction, kind: str, body: dict[str, Any], next_at: int) -> int:
    """Put a job into the queue, due at the Unix time `next_at`; return its id."""
    job_id = await next_number(tx, "jobs")
    await tx.run(
        _INSERT, id=job_id, kind=kind, body=body, state="waiting", attempts=0, next_at=next_at, last_error=""
    )
    return job_id


async def has_job(tx: Transaction, kind: str) -> bool:
    """Say whether a job of this kind is waiting or running."""
    return await tx.value(_OF_KIND, kind=kind) is not None


async def has_due_job(tx: Transaction, now: int) -> bool:
    """Say whether there is something to take."""
    return await tx.value(_HAS_DUE, now=now) is not None


async def take_jobs(tx: Transaction, now: int, lease: int, count: int) -> list[Job]:
    """Take due jobs, and those whose lease has run out, for `lease` seconds."""
    due = await tx.rows(_DUE, now=now, count=count)
    if due:
        await tx.run(_LEASE, job_ids=[job.id for job in due], until=now + lease)
    return [Job(job.id, job.kind, job.body, job.attempts + 1) for job in due]


async def finish_job(tx: Transaction, job_id: int) -> None:
    """Forget a job that is done."""
    await tx.run(_FINISH, job_id=job_id)


async def retry_job(tx: Transaction, job_id: int, at: int, error: str) -> None:
    """Put a job back, due again at the Unix time `at`."""
    await tx.run(_SET, job_id=job_id, new_state="waiting", at=at, error=error)


async def fail_job(tx: Transaction, job_id: int, now: int, error: str) -> None:
    """Give a job up; its row stays for a person to look at."""
    await tx.run(_SET, job_id=job_id, new_state="failed", at=now, error=error)
