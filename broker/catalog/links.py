"""Does a text hold something that a reader's program would make a link of?"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from broker.model.spelling import normalized

# What mail programs and chats turn into links without a scheme in front; a bare name under another ending is text.
_COMMON: Final = re.compile(
    "com|net|org|io|co|app|dev|ai|info|biz|xyz|top|online|site|shop|club|link|click|page|live|ly|gl|gg|cc|tv|ru|cn|"
    "de|uk|fr|nl|eu|br|jp|au|ca|es|ch|pl|se"
)
_SCHEMES: Final = ("mailto:", "javascript:", "data:", "file:", "tel:", "sms:", "magnet:", "vbscript:", "blob:", "ftp:")
# What no link is made across: all but what stands in one. Markdown's marks break words too, `_` among them.
_BREAKS: Final = re.compile(r"(?:[^\w.@:/?#&=%+-]|_|\.{2,})+")
_HOST: Final = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})")
_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5}(?:/.*)?|/.*)")
_DOTS: Final = str.maketrans({"\u3002": ".", "\uff0e": ".", "\uff61": ".", "\\": "/"})  # IDNA's dots; browsers' `\`
_SUSPECTED: Final = re.compile(r"[.:&]|[^\x00-\x7f]")  # no link is without one of them; `&` begins what stands for one
_LONGEST: Final = 2048  # a single word beyond it is refused as if it were a link: nobody reads it, and it costs


def has_link(text: str) -> bool:
    """`scheme://`, `www.`, `mailto:` and its like, `//host`, `host.tld/path`, `10.0.0.1/`, names of common endings.

    Linear in the text. Strict: a false alarm costs a refusal, a miss costs a leak.
    """
    if _SUSPECTED.search(text) is None:
        return False
    composed = normalized("NFKC", html.unescape(text))
    if composed is None:
        return True
    plain = composed.translate(_DOTS).casefold()
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return "://" in plain or any(_is_link(word) for word in _BREAKS.split(plain) if "." in word or ":" in word)


def _is_link(word: str) -> bool:
    if len(word) > _LONGEST or word.startswith(("//", "www.")):
        return True
    if any(word.startswith(scheme) and len(word) > len(scheme) for scheme in _SCHEMES):
        return True
    if any(f"{mark}{scheme}" in word for mark in ":=/" for scheme in _SCHEMES):
        return True
    return any(_is_host(part) for part in re.split(r"[=:](?=[^\d])", word))


def _is_host(word: str) -> bool:
    if _ADDRESS.fullmatch(word):
        return True
    # A program that makes links begins anew behind each of these, so each piece may be a host of its own.
    pieces = re.split(r"([/?#&])", word.rstrip(".!?:"))
    marks = [*pieces[1::2], ""]
    return any(
        _is_name(piece, mark, first=at == 0) for at, (piece, mark) in enumerate(zip(pieces[::2], marks, strict=True))
    )


def _is_name(piece: str, mark: str, *, first: bool) -> bool:
    """A host: under any ending where a path, a port or a query follows, else under a common one; no mail address."""
    user, at, host = piece.rpartition("@")
    host = host.strip(".+%-")
    name = re.sub(r":[0-9]{1,5}$", "", host)
    if name.startswith("www."):
        return True
    if not name.isprintable() or not _HOST.fullmatch(name):
        return False
    if mark in {"/", "?", "#"} or name != host:
        return True
    return not (at and user and first) and _COMMON.fullmatch(name.rpartition(".")[2]) is not None
