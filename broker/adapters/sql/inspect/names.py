"""What a column's name says it is: the strictest class that its words speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from broker.adapters.sql.inspect import other_words, vocabulary
from broker.adapters.sql.inspect.vocabulary import Phrase
from broker.adapters.sql.inspect.words import singular
from broker.catalog.classes import BUILT_IN


class Plain(Enum):
    """What is no class and yet says what a column is."""

    CODE = auto()
    HARMLESS = auto()
    COUNTED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """`kind`: a class, where its words speak of one. `phrase`: those words."""

    kind: str | None
    phrase: Phrase
    plain: Plain | None  # without a class: what else it speaks of
    rest: Phrase  # its words beside `phrase`: `billing` of `BillingCity`
    last: str  # of all its words
    is_about: bool  # it tells of a thing and is not the thing: `email_verified_at`

    @property
    def said(self) -> str:
        return " ".join(self.phrase)


def by_name(words: Phrase, table: Collection[str] = ()) -> Name:
    """Longer phrases first: an `ip address` is no address. Of those that are left the strictest counts.

    `table`: the words of its table, which a name may begin with: `comment_author` of comments is no comment.
    """
    found = list(_found(words))
    others = [one for one in found if one[0] != "free-text" or not {*one[1]} <= {*table}]
    found = others or found
    classed = [one for one in found if isinstance(one[0], str)]
    if classed:
        kind, phrase = max(classed, key=lambda one: rank(str(one[0])))
        return _name(words, phrase, kind=str(kind))
    for plain in Plain:
        for what, phrase in found:
            if what is plain:
                return _name(words, phrase, plain=plain)
    return _name(words, ())


def rank(kind: str) -> int:
    return BUILT_IN[kind].rank


def stricter(first: str, second: str) -> str:
    return second if rank(second) > rank(first) else first


def _name(words: Phrase, phrase: Phrase, *, kind: str | None = None, plain: Plain | None = None) -> Name:
    # What is asked about or said of a thing stands beside it, never in its own name: `card type`, `is hidden`.
    is_about = len(words) > len(phrase) and (
        (words[-1] in other_words.ABOUT and words[-1] not in phrase)
        or (words[0] in other_words.ASKS and words[0] not in phrase)
    )
    rest = tuple(word for word in words if word not in phrase)
    return Name(kind=kind, phrase=phrase, plain=plain, rest=rest, last="".join(words[-1:]), is_about=is_about)


def _found(words: Phrase) -> Iterator[tuple[str | Plain, Phrase]]:
    """No word is taken twice."""
    free = list(words)
    for length in range(min(_LONGEST, len(words)), 0, -1):
        start = 0
        while start + length <= len(free):
            phrase = tuple(free[start : start + length])
            what = _PHRASES.get(phrase) or _PHRASES.get((*phrase[:-1], singular(phrase[-1])))
            if what is None:
                start += 1
                continue
            yield what, phrase
            free[start : start + length] = [""]  # what stood apart stays apart


def _all() -> Iterator[tuple[Phrase, str | Plain]]:
    """In the order in which a phrase that stands in several lists is understood: the strictest reading last."""
    plain = (
        (Plain.COUNTED, other_words.COUNTED),
        (Plain.HARMLESS, other_words.HARMLESS),
        (Plain.CODE, other_words.CODES),
    )
    yield from ((phrase, what) for what, phrases in plain for phrase in phrases)
    for kind in sorted(vocabulary.CLASSES, key=rank):
        yield from ((phrase, kind) for phrase in vocabulary.CLASSES[kind])


_PHRASES: Final[Mapping[Phrase, str | Plain]] = MappingProxyType(dict(_all()))
_LONGEST: Final = max(map(len, _PHRASES))
