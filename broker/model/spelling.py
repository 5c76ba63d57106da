"""One spelling of a text, in linear time (Unicode UAX 15)."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_MOST = 30
"""Marks that may follow each other: the stream-safe limit (UAX 15, 13). Real words have a handful. Sorting a run of
marks is quadratic: 20,000 of them cost more than a second, and nothing else of the broker moves meanwhile."""

_SUSPECTED = re.compile(r"[^\x00-\u02ff]{31}")  # a cheap look, for marks begin at U+0300


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str | None:
    """None where too many marks follow each other: no such text means anything."""
    if _SUSPECTED.search(text) is not None and _has_run(text):
        return None
    return unicodedata.normalize(form, text)


def _has_run(text: str) -> bool:
    run = 0
    for char in text:
        # By category and by class: U+0F73 is of class 0 and decomposes into two marks.
        marks = unicodedata.combining(char) or unicodedata.category(char).startswith("M")
        run = run + 1 if marks else 0
        if run > _MOST:
            return True
    return False
