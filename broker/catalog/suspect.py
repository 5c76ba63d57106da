"""What in a definition an admin should look at twice before approving it: a warning, never a control."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from broker.catalog.borrowed import borrowed
from broker.catalog.flat import texts
from broker.catalog.phrases import phrases
from broker.catalog.signs import Sign, unseen
from broker.model.label import Json

MAX_CHARS: Final = 256 * 1024  # of one definition; what is beyond is not looked at, and that is a finding
_LONG: Final = 6000  # characters of one text: more than anyone reads to the end
_STANDARD: Final = re.compile(r"https?://json-schema\.org/[\w./-]{0,60}#?")
_TOOL_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at a path of the definition. `what` is safe to print: it holds no character without ink."""

    path: str
    sign: Sign
    what: str


def suspicions(definition: Json, *, others: Collection[str] = ()) -> tuple[Finding, ...]:
    """What is odd in the texts of a definition, in their order, keys among them. Never raises; linear in its size.

    `others`: names of tools of other sources. Whoever wants to can word an order so that nothing here finds it: the
    broker's limits hold whatever a model was talked into, and this page is for the admin's eyes alone.
    """
    return tuple(_found(definition, others))


def _found(definition: Json, others: Collection[str]) -> Iterator[Finding]:
    left = MAX_CHARS
    for path, text in texts(definition):
        if len(text) > left:
            yield Finding(path, Sign.LENGTH, "more text than is looked at; from here on nothing was")
            return
        left -= len(text)
        if _STANDARD.fullmatch(text):
            continue
        yield from (Finding(path, sign, what) for sign, what in _of(path, text, others))


def _of(path: str, text: str, others: Collection[str]) -> Iterator[tuple[Sign, str]]:
    yield from unseen(text)
    yield from borrowed(text)
    yield from phrases(text, others)
    if len(text) > _LONG:
        yield Sign.LENGTH, f"{len(text)} characters in one text"
    if path == "name" and not _TOOL_NAME.fullmatch(text):
        yield Sign.LETTERS, "a name with other characters than letters, digits, `_`, `.` and `-`"
