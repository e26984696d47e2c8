"""The newsfeed: the lists into which a person sorts its sources, and what of it is asked for."""

from msgspec import Struct

MAX_NEWS_LISTS = 10
"""How many lists a person has: their numbers are 1 to this."""
MAX_LIST_TITLE = 64
MAX_LIST_SOURCES = 1000


class NewsList(Struct, frozen=True):
    """A list of people and (below zero) communities whose news a person reads apart."""

    id: int
    title: str
    source_ids: list[int]


class Sources(Struct, frozen=True):
    """Whose news is asked for: owners by id, whole kinds (VK's words), and the person's lists by number."""

    owner_ids: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    list_ids: frozenset[int] = frozenset()
