"""The queue of jobs: leases, retries, failures."""

import asyncio

from dvor.model.jobs import Job
from dvor.store.database import Database, Transaction
from dvor.store.jobs import fail_job, finish_job, has_due_job, has_job, insert_job, retry_job, take_jobs
from tests.store.people import NOW

LEASE = 30


async def put(database: Database, *due: int, kind: str = "mail") -> list[int]:
    async def work(tx: Transaction) -> list[int]:
        return [await insert_job(tx, kind, {"an": ["Анна", at]}, at) for at in due]

    return await database.write(work)


async def take(database: Database, now: int, count: int = 10) -> list[int]:
    async def work(tx: Transaction) -> list[int]:
        return [job.id for job in await take_jobs(tx, now, LEASE, count)]

    return await database.write(work)


async def test_due_jobs_are_taken_in_order(database) -> None:
    late, soon, now, never = await put(database, NOW + 1, NOW - 5, NOW, NOW + 10_000)
    async with database.read() as tx:
        assert not await has_due_job(tx, NOW - 6)
        assert await has_due_job(tx, NOW - 5)

    async def work(tx: Transaction) -> list[Job]:
        return await take_jobs(tx, NOW + 1, LEASE, 2)

    assert await database.write(work) == [
        Job(soon, "mail", {"an": ["Анна", NOW - 5]}, 1),
        Job(now, "mail", {"an": ["Анна", NOW]}, 1),
    ]
    assert await take(database, NOW + 1) == [late]
    assert await take(database, NOW + 1) == []
    async with database.read() as tx:
        assert not await has_due_job(tx, NOW + 1)
        assert await has_due_job(tx, NOW + 10_000)
    assert never in await take(database, NOW + 10_000)


async def test_a_job_whose_worker_died_is_taken_by_another(database) -> None:
    (job_id,) = await put(database, NOW)
    assert await take(database, NOW) == [job_id]
    assert await take(database, NOW + LEASE - 1) == []

    async def work(tx: Transaction) -> list[Job]:
        return await take_jobs(tx, NOW + LEASE, LEASE, 10)

    assert [(job.id, job.attempts) for job in await database.write(work)] == [(job_id, 2)]


async def test_what_is_done_is_forgotten(database) -> None:
    job_id, other = await put(database, NOW, NOW)
    await take(database, NOW)

    async def work(tx: Transaction) -> bool:
        await finish_job(tx, job_id)
        await finish_job(tx, job_id)
        return await has_job(tx, "mail")

    assert await database.write(work)
    assert await take(database, NOW + LEASE) == [other]


async def test_a_job_is_tried_again_later(database) -> None:
    (job_id,) = await put(database, NOW)
    await take(database, NOW)

    async def work(tx: Transaction) -> None:
        await retry_job(tx, job_id, NOW + 5, "the post is closed")

    await database.write(work)
    assert await take(database, NOW + 4) == []
    assert await take(database, NOW + 5) == [job_id]


async def test_a_job_that_failed_is_left_alone(database) -> None:
    (job_id,) = await put(database, NOW)
    async with database.read() as tx:
        assert await has_job(tx, "mail")
        assert not await has_job(tx, "callback")

    async def work(tx: Transaction) -> bool:
        await fail_job(tx, job_id, NOW, "no such address")
        return await has_job(tx, "mail")

    assert not await database.write(work)
    assert await take(database, NOW + 10_000) == []


async def test_workers_never_take_the_same_job(database) -> None:
    jobs = await put(database, *range(NOW, NOW + 60))
    taken = await asyncio.gather(*(take(database, NOW + 60, 7) for _ in range(12)))
    every = [job_id for some in taken for job_id in some]
    assert len(every) == len(set(every))
    rest = await take(database, NOW + 60, 100)
    assert sorted([*every, *rest]) == jobs
    assert all(some == sorted(some) for some in taken)
