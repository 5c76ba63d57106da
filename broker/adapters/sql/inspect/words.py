"""The words of a name: `BillingPostalCode`, `cust_e-mail` and `lastname` taken apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from broker.adapters.sql.inspect import other_words, vocabulary

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONGEST: Final = 63  # characters of a name; a longer one has no place in a source file
_LEAST: Final = 3  # letters of a word that may be taken out of a glued one
_TAILS: Final = ("nr", "no", "id", "nm", "dt", "cd")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def words(name: str) -> tuple[str, ...]:
    """In small letters, without accents; digits are a word."""
    plain = unicodedata.normalize("NFKD", name[:_LONGEST].translate(_UMLAUTS))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(part for word in _WORD.findall(bare) for part in _apart(word.lower()))


def singular(word: str) -> str:
    """As far as the end of an English, French or Spanish word tells."""
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - `ties` is no plural of `ty`
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _apart(word: str) -> Iterator[str]:
    """`lastname` as `last`, `name`: only where nothing is left over, and with as few words as possible."""
    if word in _KNOWN or word.isdecimal():
        yield word
        return
    best: list[tuple[str, ...] | None] = [(), *([None] * len(word))]
    for end in range(_LEAST, len(word) + 1):
        for start in range(end - _LEAST + 1):
            before, part = best[start], word[start:end]
            if before is not None and part in _KNOWN:
                now = best[end]
                if now is None or len(before) + 1 < len(now):
                    best[end] = (*before, part)
    yield from best[-1] or _tailed(word)


def _tailed(word: str) -> tuple[str, ...]:
    """`telefonnr` and `deptno`: words of two letters are taken apart at the end alone, where they are no accident."""
    for tail in _TAILS:
        if word.endswith(tail) and word[: -len(tail)] in _KNOWN:
            return word[: -len(tail)], tail
    return (word,)


_KNOWN: Final = frozenset(
    {
        *(word for phrases in vocabulary.CLASSES.values() for phrase in phrases for word in phrase),
        *(word for phrase in other_words.CODES | other_words.HARMLESS | other_words.COUNTED for word in phrase),
        *other_words.ABOUT,
        *other_words.PEOPLE,
        *other_words.THINGS,
        *other_words.NEUTRAL,
    }
)
