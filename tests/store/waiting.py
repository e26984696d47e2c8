"""Waiting for what happens in the background."""

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(happened: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Return once `happened` says so; AssertionError if it does not in time."""
    for _ in range(int(seconds * 100)):
        if await happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it did not happen within {seconds} s")
