"""What is counted of the whole community."""

from msgspec import Struct

ACTIVE_SECONDS = 30 * 24 * 3600
"""Seen this recently means active."""
KEPT_SECONDS = 60
"""For how long the figures are told without counting again."""


class Statistics(Struct, frozen=True):
    """How much there is, who runs it, and the largest communities, at the Unix time `counted_at`."""

    users: int
    online_users: int
    active_users: int
    groups: int
    posts: int
    administrators: list[int]
    popular_groups: list[int]
    counted_at: int
