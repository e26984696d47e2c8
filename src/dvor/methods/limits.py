"""Rate limits, counted in the memory of this process."""

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from dvor.model.errors import TooManyCalls


class Limiter:
    """At most so many calls in so many seconds for each key; a limit of 0 never refuses."""

    def __init__(self, limit: int, seconds: int = 1) -> None:
        self._item = RateLimitItemPerSecond(limit, seconds) if limit else None
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def check(self, key: str) -> None:
        """Count one call; `TooManyCalls` when the limit is reached."""
        if self._item is not None and not self._window.hit(self._item, key):
            raise TooManyCalls

    def look(self, key: str) -> None:
        """Refuse as `check` does, counting nothing."""
        if self._item is not None and not self._window.test(self._item, key):
            raise TooManyCalls
