"""What scope files may name: tools as they are now, and why others are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.catalog.classes import ClassRule
from broker.catalog.grammar import toolref
from broker.catalog.report import Wrong, nearest
from broker.model.tool import ToolSpec
from broker.ports import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    specs: Mapping[str, ToolSpec]
    tools: Mapping[str, Tool]
    absent: Mapping[str, str]  # source -> its state, where agents cannot know it
    broken: frozenset[str]  # sources with problems of their own: whoever names them is not told again
    left_out: frozenset[str]  # sources whose review is overdue, where the house denies that
    unpinned: frozenset[str]  # tools that wait for an admin to approve them
    classes: Mapping[str, ClassRule]

    def named(self, text: str) -> str | Wrong:
        """A toolref that exists, or that is missing for a reason that is no fault of whoever names it."""
        shape = toolref(text)
        if isinstance(shape, Wrong):
            return shape
        source = text.partition(".")[0]
        if text in self.specs or text in self.unpinned or source in self.broken or source in self.left_out:
            return text
        if source in self.absent:
            return Wrong(f"unknown tool `{text}`", f"its source is `{self.absent[source]}`")
        return Wrong(f"unknown tool `{text}`", nearest(text, self.specs) or "describe it in a source file")
