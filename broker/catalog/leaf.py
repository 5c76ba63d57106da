"""What stands at one place of a result, as a source file declares it."""

from __future__ import annotations

from collections.abc import Mapping

from broker.catalog.classes import ClassRule, class_in
from broker.catalog.grammar import boolean
from broker.catalog.report import At, Wrong, one_of
from broker.catalog.source_keys import LEAF
from broker.catalog.tree import Text
from broker.model.label import Leaf, Writer


def leaf(at: At, classes: Mapping[str, ClassRule], writer: Writer) -> Leaf | None:
    """`class` or `{class, writer, confirms, subject}`; `writer`: who writes it where nothing is said."""

    def kind(text: str) -> str | Wrong:
        return class_in(classes, text)

    if isinstance(at.node, Text):
        name = at.read(kind)
        return None if name is None else Leaf(kind=name, writer=writer)
    keys = at.keyed(LEAF, "expected a class or `{class, writer, confirms, subject}`")
    if keys is None or "class" not in keys:
        return None
    name = keys["class"].read(kind)
    said = keys["writer"].read(one_of(*Writer)) if "writer" in keys else writer
    confirms = keys["confirms"].read(boolean) if "confirms" in keys else False
    subject = keys["subject"].read(boolean) if "subject" in keys else False
    if name is None or said is None or confirms is None or subject is None:
        return None
    return Leaf(kind=name, writer=Writer(said), confirms=confirms, subject=subject)


def leaves(at: At, classes: Mapping[str, ClassRule], writer: Writer) -> dict[str, Leaf]:
    """A map of names to leaves; what is wrong is reported and left out."""
    found = {entry.word: leaf(entry, classes, writer) for entry in at.entries("expected `{column: class}`") or ()}
    return {name: one for name, one in found.items() if one is not None}
