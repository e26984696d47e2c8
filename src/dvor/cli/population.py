"""Many made-up people, for trying and measuring a community of some size."""

from msgspec import Struct

from dvor.core.courtyard import Courtyard


class Population(Struct, frozen=True):
    """How many people and posts, and from which seed."""

    users: int
    posts: int
    seed: int


async def populate(courtyard: Courtyard, population: Population) -> None:
    raise NotImplementedError
