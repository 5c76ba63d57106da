"""Every problem of one file, and the walk over its tree that finds them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from broker.catalog.keys import Key
from broker.catalog.tree import Map, Node, Seq, Text
from broker.model.faults import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a text is not what its field takes, and what to write instead."""

    expected: str
    mend: str = ""


@dataclass(slots=True)
class Report:
    """The problems of one file, in the order they were found."""

    file: str
    problems: dict[Problem, None] = field(default_factory=dict)  # in order, each once

    def in_order(self) -> list[Problem]:
        """As one meets them when reading the file."""
        return sorted(self.problems, key=lambda one: (one.line, one.column))

    def at(self, line: int, column: int, name: str, expected: str, mend: str = "") -> None:
        one = Problem(file=self.file, line=line, column=column, field=name, expected=expected, mend=mend)
        self.problems[one] = None

    def whole(self, expected: str, mend: str = "") -> None:
        self.at(0, 0, "", expected, mend)


def nearest(word: str, known: Collection[str]) -> str:
    """A question to end a message with, where something known is close. Words over 64 characters are not compared."""
    close = difflib.get_close_matches(word, sorted(known), n=1) if len(word) <= 64 else []  # noqa: PLR2004 - as said
    return f"did you mean `{close[0]}`?" if close else ""


def listed(words: Collection[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


class At(NamedTuple):
    """A node, how its field is called from the top of the file, and where to report."""

    node: Node
    field: str
    report: Report
    key: Text | None = None  # the key that leads here, for problems of the key itself

    def wrong(self, expected: str, mend: str = "") -> None:
        self.report.at(self.node.line, self.node.column, self.field, expected, mend)

    def wrong_key(self, expected: str, mend: str = "") -> None:
        place = self.node if self.key is None else self.key
        self.report.at(place.line, place.column, self.field, expected, mend)

    def below(self, key: Text, node: Node) -> At:
        return At(node, f"{self.field}.{key.value}" if self.field else key.value, self.report, key)

    def text(self, expected: str = "expected text") -> str | None:
        """The text; None, reported, where there is another thing or nothing."""
        match self.node:
            case Text(value=value) if value:
                return value
            case Text():
                self.wrong(expected, "it is empty")
            case Seq():
                self.wrong(expected, "it is a list")
            case Map():
                self.wrong(expected, "it is a map")
        return None

    def read(self, parse: Callable[[str], T | Wrong]) -> T | None:
        """The text by a rule of the grammar; None, reported, where it does not fit."""
        text = self.text()
        if text is None:
            return None
        match parse(text):
            case Wrong(expected=expected, mend=mend):
                self.wrong(expected, mend)
                return None
            case value:
                return value

    def items(self, expected: str = "expected a list", *, empty: bool = False) -> tuple[At, ...] | None:
        """The items of a list; None, reported, where it is none, or is empty and may not be."""
        if not isinstance(self.node, Seq):
            self.wrong(expected, "write it as `[a, b]`")
            return None
        if not self.node.items and not empty:
            self.wrong(expected, "`[]` holds nothing")
            return None
        return tuple(At(item, f"{self.field}[{place}]", self.report) for place, item in enumerate(self.node.items))

    def reads(self, parse: Callable[[str], T | Wrong], expected: str) -> tuple[T, ...] | None:
        """Every item of a list by a rule; what is wrong is reported and left out."""
        items = self.items(expected)
        if items is None:
            return None
        return tuple(value for item in items if (value := item.read(parse)) is not None)

    def entries(self, expected: str = "expected a map", *, empty: bool = False) -> tuple[At, ...] | None:
        """The values of a map whose keys are the admin's own words."""
        if not isinstance(self.node, Map):
            self.wrong(expected, "write it as `{key: value}`")
            return None
        if not self.node.entries and not empty:
            self.wrong(expected, "`{}` holds nothing")
            return None
        return tuple(self.below(key, node) for key, node in self.node.entries)

    def keyed(self, table: Mapping[str, Key], expected: str = "expected a map") -> dict[str, At] | None:
        """The values of a map whose keys are ours; unknown, missing and not yet available ones are reported."""
        entries = self.entries(expected, empty=True)
        if entries is None:
            return None
        present = {entry.word for entry in entries}
        found = self.known(table, entries)
        for name, key in table.items():
            if key.required and name not in present and key.instead not in present:
                self.wrong(f"expected the key `{name}`", f"add it: {key.about}")
        return found

    def known(self, table: Mapping[str, Key], entries: Sequence[At]) -> dict[str, At]:
        """Those of its entries whose keys are ours; the others are reported. None of the table need be there."""
        found: dict[str, At] = {}
        for entry in entries:
            name = entry.word
            key = table.get(name)
            if key is None:
                mend = nearest(name, table) or f"known keys: {listed(table)}"
                entry.wrong_key(f"unknown key `{name}`", mend)
            elif key.of:
                entry.wrong_key(f"`{name}` is a key of kind {key.of}", "take it out")
            elif key.later:
                entry.wrong_key(f"`{name}` is not available yet", "take it out")
            else:
                found[name] = entry
        return found

    @property
    def word(self) -> str:
        """The key that leads here."""
        return "" if self.key is None else self.key.value

    def follow(self, path: Sequence[str]) -> At:
        """The node at a path of keys and places, or the last one on the way that exists."""
        here = self
        for step in path:
            match here.node:
                case Map(entries=entries):
                    found = next(((key, node) for key, node in entries if key.value == step), None)
                    if found is None:
                        return here
                    here = here.below(*found)
                case Seq(items=items) if step.isdecimal() and int(step) < len(items):
                    here = At(items[int(step)], f"{here.field}[{step}]", here.report)
                case _:
                    return here
        return here

    @property
    def is_empty_quoted(self) -> bool:
        """`""` is a text with nothing in it; nothing at all is a mistake."""
        return isinstance(self.node, Text) and not self.node.plain and not self.node.value


def one_of(*words: str) -> Callable[[str], str | Wrong]:
    """A rule that takes these words alone."""

    def rule(text: str) -> str | Wrong:
        return text if text in words else Wrong(f"expected one of {listed(words)}", nearest(text, words))

    return rule
