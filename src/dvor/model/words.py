"""Words: how a text is parted and folded, so that it is found by the beginnings of its words."""

import re

MAX_WORD = 64
"""Characters of a word that are kept; what is longer is found by its beginning."""

_WORD = re.compile(r"\w+")


def fold_words(text: str) -> list[str]:
    """Return the different words of a text, without regard to case and with ё as е, in alphabetical order."""
    folded = text.casefold().replace("ё", "е")
    return sorted({word[:MAX_WORD] for word in _WORD.findall(folded)})


def has_words(text: str, beginnings: list[str]) -> bool:
    """Say whether each of the (folded) beginnings begins a word of the text."""
    words = fold_words(text)
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)
