"""Deadlines: nobody's time ends early, and many end by one timer."""

import asyncio
import functools

from dvor.core.deadlines import TICK_SECONDS, Deadlines


async def test_each_ends_at_its_time_or_soon_after() -> None:
    loop, deadlines = asyncio.get_running_loop(), Deadlines()
    began = loop.time()
    ended: dict[float, float] = {}
    waiters: list[asyncio.Future[str]] = []

    def note(at: float, _waiter: object) -> None:
        ended[at] = loop.time()

    for step in range(40):
        at = began + step * 0.01
        waiter = loop.create_future()
        waiter.add_done_callback(functools.partial(note, at))
        deadlines.add(waiter, at)
        waiters.append(waiter)
    assert await asyncio.wait_for(asyncio.gather(*waiters), 20) == [""] * 40
    await asyncio.sleep(0)
    assert all(at - 0.002 <= when for at, when in ended.items()), "a loop's clock counts milliseconds"
    assert len({round(when / TICK_SECONDS) for when in ended.values()}) <= 6


async def test_who_is_taken_back_or_has_ended_is_left_alone() -> None:
    loop, deadlines = asyncio.get_running_loop(), Deadlines()
    at = loop.time() + 0.05
    gone, woken, late = (loop.create_future() for _ in range(3))
    for waiter in (gone, woken, late):
        deadlines.add(waiter, at)
    deadlines.remove(gone, at)
    deadlines.remove(gone, at + 60)
    woken.set_result("news")
    assert await asyncio.wait_for(late, 20) == ""
    assert woken.result() == "news"
    assert not gone.done()
