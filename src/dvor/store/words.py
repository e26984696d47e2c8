"""Words as keys: how the tables of words are searched by the beginnings of words."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam

MAX_WORDS = 6
"""How many words of a question are looked for."""

# by the bytes, as on SQLite, so that what begins alike stands together
Word = Text().with_variant(Text(collation="C"), "postgresql")


def begins(word: ColumnElement[Any], place: int) -> ColumnElement[bool]:
    """Say that a word has the beginning of this place among those of `beginning_values`."""
    return and_(word >= bindparam(f"from_{place}", type_=Text), word < bindparam(f"to_{place}", type_=Text))


def beginning_values(beginnings: list[str]) -> tuple[int, dict[str, str]]:
    """Return how many beginnings are looked for, and their parameters; of more than `MAX_WORDS` the longest are."""
    chosen = sorted(beginnings, key=len, reverse=True)[:MAX_WORDS]
    values = {f"from_{place}": beginning for place, beginning in enumerate(chosen)}
    return len(chosen), values | {
        f"to_{place}": beginning + "\U0010ffff" for place, beginning in enumerate(chosen)
    }
