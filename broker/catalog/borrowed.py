"""Letters that look like others: words of two alphabets, and a copy of a text in which every letter is a plain one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from broker.catalog.signs import Sign
from broker.catalog.visible import is_unseen, visible

# Letters of Cyrillic, Greek and Armenian that cannot be told from a Latin one in common fonts (UTS 39, confusables).
_LOOKS: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u051b\u051d\u04bb\u0501\u0433"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408\u0423"
    "\u03bf\u03b1\u03bd\u03c1\u03b9\u03ba\u03c5\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u03a5"
    "\u0585\u057d\u0570\u0578\u0566\u0131\u0261\u01c0\u2010\u2011\u2019\u2018\u2044",
    "aeopcyxijsqwhdrABEKMHOPCTXSIJYoavpikuABEZHIKMNOPTXYouhnqigl--''/",
)
_OTHER: Final = re.compile(r"[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff\u0251\u0261]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_STYLED: Final = re.compile(r"[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]")
_GREEK_SIGNS: Final = frozenset(
    "\u0394\u03a3\u03a9\u03bb\u03bc\u03c0\u03b4\u03b5\u03b8\u03c3\u03c9\u03b2\u03b3\u03c6\u03a6\u03b7\u03c4"
)
"""They stand beside Latin letters in formulas and units, and look like none."""


def borrowed(text: str) -> Iterator[tuple[Sign, str]]:
    """Words that hold letters of two alphabets, or are made of lookalikes alone; letters of mathematics as prose."""
    if text.isascii():
        return
    if len(found := _STYLED.findall(text)) > 1:
        yield Sign.LETTERS, f"{len(found)} letters of a styled alphabet, which a model reads as plain ones"
    is_native = any(not char.translate(_LOOKS).isascii() for char in _OTHER.findall(text) if char not in _GREEK_SIGNS)
    for word in _WORD.finditer(text):
        others = [char for char in _OTHER.findall(word[0]) if char not in _GREEK_SIGNS]
        if others and (_LATIN.search(word[0]) or not is_native):
            foreign = "".join(f"<U+{ord(char):04X}>" if char in others else char for char in word[0][:40])
            yield Sign.LETTERS, f"letters that look like others: `{visible(foreign)}`"
            return


def plain(text: str) -> str:
    """`text` in plain small letters on one line, as a model may read it; for looking for words, never for showing."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).casefold()
    inked = "".join(char if char.isascii() and char.isprintable() else _bare(char) for char in text)
    return " ".join(inked.translate(_LOOKS).split()).casefold()


def _bare(char: str) -> str:
    """The plain letters of one character, without its marks. Four at most: one ligature of Arabic is eighteen.

    One by one: to put a long run of marks in order takes time quadratic in it (20,000 of them: 1.4 s).
    """
    if char.isspace():
        return " "
    if is_unseen(char):
        return ""
    letters = unicodedata.normalize("NFKD", char)
    return "".join(one for one in letters if unicodedata.category(one)[0] != "M")[:4]
