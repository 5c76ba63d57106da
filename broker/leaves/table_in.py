"""A table inside text, as CSV with a header or as people draw it, into rows; what could be read two ways is refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from broker.leaves.forms import Unparsable
from broker.model.label import Json

_MOST: Final = 16 * 1024 * 1024  # characters of names that all rows together may repeat: a long name is a bomb
_LEAST: Final = 2  # lines of a drawn table: its header and its rule
_CELL: Final = re.compile(r"[^|\\]+|\\\||\\(?![|\\])")  # `\\|` is a bar to one reader and a border to another
_RULE: Final = re.compile(r"[ \t]*:?-+:?[ \t]*")
_BOX: Final = re.compile(r"\+(?:-+\+)+")
_LINE: Final = re.compile(r"-+(?:\+-+)*")
_COUNT: Final = re.compile(r"\(([0-9]{1,9}) rows?\)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_csv(text: str) -> Json | Unparsable:
    """RFC 4180 with a header: `{"rows": [{column: text}]}`. Lines end in LF or CRLF; each row has every column."""
    if "\x00" in text:
        return Unparsable("a NUL")
    # newline="\n": a lone CR ends no row, for readers disagree on it; outside quotes the reader then refuses it.
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    try:
        lines = list(reader)
    except csv.Error:
        return Unparsable("not CSV")
    return _rows(lines)


def read_drawn(text: str) -> Json | Unparsable:
    """One table of Markdown, or one as database shells draw it, and no other line but empty ones around it.

    Text beside the table is refused, not dropped: a line break in a cell can end a table, and what then stands below
    it would go unseen. Lines of a drawn table that are not as wide as its rule, and bars where no border is, are
    refused too.
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1].strip(" \t"):
        lines.pop()
    while lines and not lines[0].strip(" \t"):
        lines.pop(0)
    if any(_CONTROL.search(line) for line in lines):
        return Unparsable("a control character")
    if len(lines) < _LEAST:
        return Unparsable("no table")
    if _BOX.fullmatch(lines[0]):
        return _boxed(lines)
    if _LINE.fullmatch(lines[1]):
        return _ruled(lines)
    return _piped(lines)


def _rows(lines: Sequence[Sequence[str]]) -> Json | Unparsable:
    if not lines:
        return Unparsable("no header")
    header, *rows = lines
    if not all(header):
        return Unparsable("a column without a name")
    if len(set(header)) != len(header):
        return Unparsable("two columns of one name")
    if any(len(row) != len(header) for row in rows):
        return Unparsable("a row with more or fewer cells than the header")
    if sum(map(len, header)) * len(rows) > _MOST:
        return Unparsable("names too long for so many rows")
    return {"rows": [dict(zip(header, row, strict=True)) for row in rows]}


def _piped(lines: Sequence[str]) -> Json | Unparsable:
    """`| a | b |`, its rule, its rows, each with a bar at both ends."""
    cells = [_cells(line.strip(" \t")) for line in lines]
    whole = [row for row in cells if row is not None]
    if len(whole) < len(cells):
        return Unparsable("a line that is no row of the table")
    header, rule, *rows = whole
    if len(rule) != len(header) or not all(_RULE.fullmatch(one) for one in rule):
        return Unparsable("no rule below the header")
    return _rows([[_clear(cell) for cell in row] for row in (header, *rows)])


def _cells(line: str) -> list[str] | None:
    """What stands between the bars of a row; a bar after a backslash is none. None: not a row."""
    if len(line) < _LEAST or line[0] != "|":
        return None
    found: list[str] = []
    cell: list[str] = []
    at = 1
    while at < len(line):
        if line[at] == "|":
            found.append("".join(cell))
            cell, at = [], at + 1
            continue
        piece = _CELL.match(line, at)
        if piece is None:
            return None
        cell.append(piece[0])
        at = piece.end()
    return found if not cell else None


def _clear(cell: str) -> str:
    return cell.strip(" \t").replace("\\|", "|")


def _boxed(lines: Sequence[str]) -> Json | Unparsable:
    """Within `+---+---+` above, between header and rows, and below; without the frame it is a ruled one."""
    frame, rows = lines[0], lines[3:-1]
    if len(lines) <= _LEAST + 1 or lines[2] != frame or lines[-1] != frame:
        return Unparsable("a frame that is not whole")
    inner = [lines[1], *rows]
    if any(len(line) != len(frame) or line[0] != "|" or line[-1] != "|" for line in inner):
        return Unparsable("a line that is no row of the table")
    header, *rest = [line[1:-1] for line in inner]
    return _at_borders(frame[1:-1], [header, *rest])


def _ruled(lines: Sequence[str]) -> Json | Unparsable:
    """` a | b ` over `---+---`, with `(n rows)` at its end or nothing."""
    header, rule, *rows = lines
    if rows and (count := _COUNT.fullmatch(rows[-1])):
        rows = rows[:-1]
        if int(count[1]) != len(rows):
            return Unparsable("not as many rows as the last line says")
    if any(len(line) > len(rule) for line in (header, *rows)):
        return Unparsable("a line that is no row of the table")
    return _at_borders(rule, [line.ljust(len(rule)) for line in (header, *rows)])


def _at_borders(rule: str, lines: Sequence[str]) -> Json | Unparsable:
    """Cut where the rule has `+`. Each line is as long as the rule; a cell has a space at both its sides."""
    borders = [place for place, char in enumerate(rule) if char == "+"]
    starts, ends = [0, *(place + 1 for place in borders)], [*borders, len(rule)]
    cut: list[list[str]] = []
    for line in lines:
        cells = [line[start:end] for start, end in zip(starts, ends, strict=True)]
        if line.count("|") != len(borders) or any(line[place] != "|" for place in borders):
            return Unparsable("a bar where the rule has none, or none where it has one")
        if any(cell[0] != " " or cell[-1] != " " for cell in cells):
            return Unparsable("a cell that goes on in the next line or beyond its column")
        cut.append([cell.strip(" ") for cell in cells])
    return _rows(cut)
