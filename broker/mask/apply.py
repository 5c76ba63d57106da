"""The mask: each leaf of a result by its class's action. The only maker of Masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import jsonschema_rs
import orjson

from broker.actions.shapes import digest, label_after, shape, shown
from broker.leaves.walk import DROP, Drop, field_of, rebuild, tree
from broker.mask.published import action_for
from broker.model.faults import ToolFault
from broker.model.label import PUBLIC, Json, Label, Labeled, Leaf, Writer
from broker.model.outcome import LedgerRow, Masked, VaultRow


def mask(
    labeled: Labeled,
    *,
    tool: str,
    zone: str,
    region: str | None,
    exposure: Mapping[str, str],
    key: bytes,
    ledger: bytes | None = None,
    fresh: Callable[[], str],
    schema: Mapping[str, Json],
) -> Masked:
    """What of a result may be shown, and what the task must remember of it.

    `tool`: its toolref; `exposure`: class -> action; `key`: the task's; `ledger`: the holder's, so that his next task
    can be told what this one was shown, or None: the task's too; `fresh`: 26 letters of base32 for each new handle;
    `schema`: what `output_schema` published of this tool under this exposure. Raises ToolFault where the result
    is not what was published.
    """
    seen = _Seen(
        labeled=labeled,
        tool=tool,
        zone=zone,
        region=region,
        exposure=exposure,
        key=key,
        ledger_key=key if ledger is None else ledger,
        fresh=fresh,
    )
    content = rebuild(labeled.value, seen.leaf, tree(labeled.leaves))
    if not _fits(content, schema):
        raise ToolFault("the result is not what its output schema says")
    return Masked(
        content=content,
        shows=seen.shows,
        hidden=dict(seen.hidden),
        subjects=frozenset(seen.subjects),
        vault=tuple(seen.vault.values()),
        ledger=tuple(seen.ledger),
        rows=labeled.rows,
        size=labeled.size,
        shown=_length(content),
    )


def _length(content: Json) -> int:
    """Bytes of what is shown, as JSON. Raises ToolFault where it has no encoding, and could not be shown either."""
    try:
        return len(orjson.dumps(content))
    except orjson.JSONEncodeError:
        raise ToolFault("the result has no encoding as JSON") from None


@dataclass(slots=True, kw_only=True)
class _Seen:
    """One walk over one result, and what came together on the way."""

    labeled: Labeled
    tool: str
    zone: str
    region: str | None
    exposure: Mapping[str, str]
    key: bytes = field(repr=False)
    ledger_key: bytes = field(repr=False)
    fresh: Callable[[], str]
    shows: Label = field(default_factory=Label)
    joined: set[str] = field(default_factory=set)  # paths whose label is in `shows`
    hidden: Counter[str] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)
    # A text and a number of one spelling are two values: the type is part of the key, for 1 == True == 1.0.
    vault: dict[tuple[str, str, type, Json], VaultRow] = field(default_factory=dict, repr=False)
    handles: set[str] = field(default_factory=set)
    ledger: dict[LedgerRow, None] = field(default_factory=dict, repr=False)

    def leaf(self, path: str, value: Json) -> Json | Drop:
        leaf, origin = self.labeled.leaves[path], f"{self.tool}.{field_of(path)}"
        if leaf.at_source:
            return self._as_it_is(path, leaf, origin, value)
        action = action_for(leaf, self.exposure)
        if path not in self.joined:
            self.joined.add(path)
            self.shows = self.shows.join(self._label(leaf, action))
        if value is not None:
            self._remember(leaf, origin, action, value)
        if action == "drop":
            return DROP
        if action == "handle":
            readable = shown(value)
            return None if readable is None else self._handle(leaf.kind, origin, readable)
        return shape(action, leaf.kind, value, self.key)

    def _as_it_is(self, path: str, leaf: Leaf, origin: str, value: Json) -> Json:
        """Masked where it came from, and only labelled here: what it was computed from is not to be seen in its form.

        Whoever wrote the query chose what stands there, constants too: in the ledger it is an agent's word, and proves
        nothing.
        """
        if path not in self.joined:
            self.joined.add(path)
            for kind in {leaf.kind} | leaf.beside:
                self.shows = self.shows.join(self._label(replace(leaf, kind=kind, beside=frozenset()), self._by(kind)))
        if value is not None:
            said = replace(leaf, writer=Writer.AGENT, confirms=False)
            self._remember(said, origin, self._by(leaf.kind), value)
        return shape("show", leaf.kind, value, self.key)

    def _by(self, kind: str) -> str:
        return self.exposure.get(kind, "redact")

    def _label(self, leaf: Leaf, action: str) -> Label:
        """What this leaf adds to what the task has been shown.

        A class joins where the value is shown in full, and where it is shown in part: four digits or a host still tell
        of it. What is hidden joins nothing but trust, for how many there are and where is a stranger's doing.
        """
        kinds = ({leaf.kind} | leaf.beside) - {PUBLIC}
        joins = bool(kinds) and label_after(action) != "none"
        return Label(
            classes=frozenset(kinds if joins else ()),
            zones=frozenset({self.zone} if joins else ()),
            regions=frozenset({self.region} if joins and self.region is not None else ()),
            untrusted=not leaf.writer.is_trusted,
        )

    def _remember(self, leaf: Leaf, origin: str, action: str, value: Json) -> None:
        mark = digest(value, self.ledger_key)
        row = LedgerRow(digest=mark, origin=origin, shown=action, writer=leaf.writer, confirms=leaf.confirms)
        self.ledger[row] = None
        if leaf.subject:
            self.subjects.add(digest(value, self.key))
        if label_after(action) != "full":
            self.hidden[f"{leaf.kind}:{action}"] += 1

    def _handle(self, kind: str, origin: str, clear_value: Json) -> str:
        """Equal values of one field share a handle. Of two fields they do not: a handle is bound to its origin."""
        known = (kind, origin, type(clear_value), clear_value)
        row = self.vault.get(known)
        if row is None:
            handle = f"hdl-{kind}-{self.fresh()}"
            if handle in self.handles:
                raise ToolFault("two values would share one handle")
            self.handles.add(handle)
            row = self.vault[known] = VaultRow(handle=handle, kind=kind, origin=origin, clear_value=clear_value)
        return row.handle


def _fits(content: Json | Drop, schema: Mapping[str, Json]) -> bool:
    if content is DROP:
        return False
    try:
        return jsonschema_rs.validator_for(dict(schema)).is_valid(content)
    except ValueError:  # a text that is not Unicode, a key that is not text: no JSON
        return False
