"""YAML as plain text: the field's type decides what a scalar means, never YAML (FORMATS 1)."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from broker.catalog.report import Report
from broker.catalog.tree import Map, Node, Seq, Text

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
QUOTE_IT = "quote it: a leading `*`, `@`, `%`, `&` or `!` means something to YAML"


def read(path: Path, report: Report) -> tuple[bytes, Node | None]:
    """The bytes of a file and its tree; None where the report says why there is none."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        report.whole(f"cannot be read ({type(error).__name__})", "see that the broker's user may read it")
        return b"", None
    return raw, parse(raw, report)


def parse(raw: bytes, report: Report) -> Node | None:
    """The tree of one document. Refuses whatever makes YAML mean more than it shows."""
    if len(raw) > MAX_BYTES:
        report.whole(f"expected at most {MAX_BYTES // 1024} KiB", "split it into several files")
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        report.at(line, column, "", "expected UTF-8", "save the file as UTF-8")
        return None
    builder = _Builder(report)
    try:
        for event in YAML(typ="base", pure=True).parse(text):
            if not builder.take(event):
                return None
    except MarkedYAMLError as error:
        _syntax(error, text, report)
        return None
    except YAMLError:
        report.whole("expected YAML without control characters", "take them out")
        return None
    if builder.root is None:
        report.whole("expected a map of keys", "the file is empty")
        return None
    return builder.root if builder.sound else None


def _syntax(error: MarkedYAMLError, text: str, report: Report) -> None:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        report.whole("expected YAML", "")
        return
    at = _index(mark)
    starts = text[at : at + 1] if at is not None else ""
    mend = QUOTE_IT if starts and starts in "*@%&!`" else "look at the indentation, the colons and the quotes"
    said = str(error.problem or error.context or "not YAML").replace("\n", " ")
    report.at(mark.line + 1, mark.column + 1, "", f"expected YAML: {said}", mend)


def _index(mark: object) -> int | None:
    return mark.index if isinstance(mark, StringMark) else None


class _Open:
    """A list or map whose end has not come yet."""

    __slots__ = ("column", "is_map", "key", "keys", "line", "nodes")

    def __init__(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        self.is_map = isinstance(event, MappingStartEvent)
        self.line, self.column = _place(event)
        self.key: Text | None = None
        self.keys: list[Text] = []
        self.nodes: list[Node] = []


class _Builder:
    """Events to a tree without recursion, so that depth costs nothing until it is refused."""

    def __init__(self, report: Report) -> None:
        self.root: Node | None = None
        self.sound = True
        self._report = report
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Event) -> bool:
        """False: there is no use in reading on."""
        match event:
            case DocumentStartEvent():
                return self._document(event)
            case AliasEvent():
                self._refuse(event, "an alias", QUOTE_IT)
                return self._place_node(self._text(event, ""))
            case ScalarEvent():
                self._plainly(event)
                return self._place_node(self._text(event, event.value))
            case MappingStartEvent() | SequenceStartEvent():
                self._plainly(event)
                if len(self._open) >= MAX_DEPTH:
                    self._refuse(event, f"more than {MAX_DEPTH} levels", "make it flatter")
                    return False
                if self._is_key():
                    self._refuse(event, "a list or map as a key", "write a word as the key")
                    return False
                self._open.append(_Open(event))
            case MappingEndEvent() | SequenceEndEvent():
                return self._close()
            case _:
                pass
        return True

    def _document(self, event: DocumentStartEvent) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._refuse(event, "a second document", "keep one document a file")
            return False
        if event.version is not None or event.tags:
            self._refuse(event, "a directive", "take the lines that start with `%` out")
        return True

    def _plainly(self, event: NodeEvent) -> None:
        tag = getattr(event, "ctag", None)
        if event.anchor is not None:
            self._refuse(event, "an anchor", QUOTE_IT)
        if tag is not None and str(tag) not in {"None", ""}:
            self._refuse(event, "a tag", QUOTE_IT)

    def _is_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_map and self._open[-1].key is None

    def _place_node(self, node: Node) -> bool:
        if not self._open:
            self.root = node
            return True
        top = self._open[-1]
        if not top.is_map:
            top.nodes.append(node)
        elif top.key is None:
            top.key = node if isinstance(node, Text) else None
            if isinstance(node, Text) and node.plain and node.value == "<<":
                self._refuse(node, "a merge key", "write the keys out")
        else:
            top.keys.append(top.key)
            top.nodes.append(node)
            top.key = None
        return True

    def _close(self) -> bool:
        top = self._open.pop()
        if not top.is_map:
            return self._place_node(Seq(items=tuple(top.nodes), line=top.line, column=top.column))
        seen: dict[str, Text] = {}
        entries: list[tuple[Text, Node]] = []
        for key, value in zip(top.keys, top.nodes, strict=True):
            if key.value in seen:
                first = seen[key.value].line
                self._refuse(key, f"`{key.value}` again (first on line {first})", "keep one of them")
                continue
            seen[key.value] = key
            entries.append((key, value))
        return self._place_node(Map(entries=tuple(entries), line=top.line, column=top.column))

    def _text(self, event: NodeEvent, value: str) -> Text:
        line, column = _place(event)
        return Text(value=value, plain=isinstance(event, ScalarEvent) and event.style is None, line=line, column=column)

    def _refuse(self, where: Event | Node, found: str, mend: str) -> None:
        line, column = _place(where) if isinstance(where, Event) else (where.line, where.column)
        self._report.at(line, column, "", f"found {found}", mend)
        self.sound = False


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1)
