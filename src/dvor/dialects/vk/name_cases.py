"""Names in the cases of Russian grammar, declined by a library; names in other letters stay as they are."""

import re
from functools import lru_cache
from typing import Any, Literal

from dvor.model.users import User

NameCase = Literal["nom", "gen", "dat", "acc", "ins", "abl"]
CASES: tuple[NameCase, ...] = ("nom", "gen", "dat", "acc", "ins", "abl")
_CYRILLIC = re.compile(r"[А-Яа-яЁё-]+")
_SEXES = {1: "female", 2: "male"}


@lru_cache(1)
def _library() -> tuple[Any, Any, Any]:
    # the rules take a moment to load, and most servers are never asked for a case
    from petrovich.enums import Case, Gender
    from petrovich.main import Petrovich

    cases = {
        "gen": Case.GENITIVE,
        "dat": Case.DATIVE,
        "acc": Case.ACCUSATIVE,
        "ins": Case.INSTRUMENTAL,
        "abl": Case.PREPOSITIONAL,
    }
    genders = {"female": Gender.FEMALE, "male": Gender.MALE, "": Gender.ANDRGN}
    return Petrovich(), cases, genders


@lru_cache(4096)
def decline(name: str, part: Literal["first", "last"], case: NameCase, sex: int) -> str:
    """Return a name in a case; `sex` 1 is a woman, 2 a man, anything else says nothing."""
    if case == "nom" or not _CYRILLIC.fullmatch(name):
        return name
    library, cases, genders = _library()
    function = library.firstname if part == "first" else library.lastname
    # for a name that stays as it is the library's rules say ".", which it puts behind some of them: "Николь."
    return str(function(name, cases[case], genders[_SEXES.get(sex, "")])).replace(".", "")


def decline_user(user: User, case: NameCase) -> tuple[str, str]:
    """Return both names of a user in a case."""
    first = decline(user.first_name, "first", case, user.sex)
    return first, decline(user.last_name, "last", case, user.sex)
