"""What each column of a result is: by where it comes from, and by what the source file says of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.lineage import Lineage
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.source import Tables, is_private
from broker.adapters.sql.trust import least_trusted
from broker.model.label import PUBLIC, Leaf, Writer
from broker.model.tool import Argument, Misfit


def leaves(
    resolved: Resolved,
    lineage: Lineage,
    tables: Tables,
    returns: Mapping[str, Leaf],
    arguments: Mapping[str, Argument],
) -> Mapping[str, Leaf] | tuple[Misfit, ...]:
    """Path -> leaf, for a result `{"rows": [...], "truncated": ...}`. `arguments`: what an agent may set."""
    found = {"truncated": Leaf(kind=PUBLIC, writer=Writer.SYSTEM)}
    if resolved.target is not None and not resolved.names:
        found["rows.*.affected"] = Leaf(kind=PUBLIC, writer=Writer.SYSTEM)
    wrong = [
        Misfit(path=("returns", name), expected="a column of the result")
        for name in returns
        if name not in resolved.names
    ]
    for name, arms in zip(resolved.names, resolved.columns, strict=True):
        if "." in name or name == "*":
            wrong.append(Misfit(path=("sql",), expected=f"`{name}` as a column's name without `.` and `*`"))
            continue
        flows = [lineage.flow(one) for one in arms]
        leaf = _leaf(name, flows, tables, returns.get(name), _hidden(flows, tables, arguments))
        if isinstance(leaf, Misfit):
            wrong.append(leaf)
        else:
            found[f"rows.*.{name}"] = leaf
    return tuple(wrong) if wrong else found


def spilled(
    resolved: Resolved, lineage: Lineage, tables: Tables, arguments: Mapping[str, Argument]
) -> tuple[Misfit, ...]:
    """Values that would be stored where they count as something else: whoever reads them there is shown too much."""
    wrong: dict[Misfit, None] = {}
    for column, value in resolved.stored:
        kinds = _hidden([lineage.flow(value)], tables, arguments)
        home = tables.leaf(str(resolved.target), column).kind
        if kinds and home not in kinds:
            expected = f"`{resolved.target}.{column}`, which is `{home}`, would hold what is {_either(kinds)}"
            wrong[Misfit(path=("sql",), expected=expected, mend="give the column that class under `tables`")] = None
    return tuple(wrong)


def _hidden(flows: Sequence[Flow], tables: Tables, arguments: Mapping[str, Argument]) -> frozenset[str]:
    """The private classes of what goes in. An argument that takes handles brings the value that a handle stands for."""
    leaves = [tables.leaf(*column) for flow in flows for column in flow.columns]
    taken = [arguments[name].handles for flow in flows for name in flow.parameters if name in arguments]
    return frozenset(leaf.kind for leaf in leaves if is_private(leaf)).union(*taken)


def _either(kinds: frozenset[str]) -> str:
    return " or ".join(f"`{kind}`" for kind in sorted(kinds))


def _leaf(name: str, arms: Sequence[Flow], tables: Tables, said: Leaf | None, kinds: frozenset[str]) -> Leaf | Misfit:
    sources = [tables.leaf(*column) for arm in arms for column in sorted(arm.columns)]
    plain = [tables.leaf(*arm.plain) for arm in arms if arm.plain is not None]
    alike = len(plain) == len(arms) and len({leaf.kind for leaf in plain}) == 1
    if said is None:
        if not alike:
            mend = f"write `returns: {{{name}: class}}`"
            return Misfit(path=("returns", name), expected="a class: the column is computed", mend=mend)
        return Leaf(
            kind=plain[0].kind,
            writer=least_trusted(plain),
            confirms=all(leaf.confirms for leaf in plain),
            subject=all(leaf.subject for leaf in plain),
        )
    # A class may be made stricter here, never softer: public may become anything, private only what it is.
    if kinds and said.kind not in kinds:
        return Misfit(path=("returns", name), expected=f"a class as strict as {_either(kinds)}")
    return Leaf(
        kind=said.kind,
        writer=least_trusted([said, *sources]),
        confirms=said.confirms or (alike and all(leaf.confirms for leaf in plain)),
        subject=said.subject or (alike and all(leaf.subject for leaf in plain)),
        beside=kinds - {said.kind},
    )
