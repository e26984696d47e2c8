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


ADDRESS_FACTOR = 10
"""One address may ask for so many times more than one app there: many apps, or many people, may stand behind it."""


class AppLimiter:
    """Requests for tokens, counted a minute by app and address together, and by address whatever app it names.

    Not by app alone: whoever knows an app's number, which is no secret, could keep its own server out.
    """

    def __init__(self, limit: int) -> None:
        self._apps = Limiter(limit, 60)
        self._addresses = Limiter(limit * ADDRESS_FACTOR, 60)

    def check(self, app_id: str, address: str) -> None:
        """Count one request; `TooManyCalls` when a limit is reached."""
        self._addresses.check(address)
        self._apps.check(f"{address} {app_id[:20]}")
