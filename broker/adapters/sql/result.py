"""What each column of a result is: by where it comes from, and by what the source file says of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from broker.adapters.sql.lineage import Flow, Lineage
from broker.adapters.sql.resolve import Resolved
from broker.adapters.sql.source import Tables, is_private
from broker.model.label import PUBLIC, Leaf, Writer
from broker.model.tool import Misfit

_TRUST = (Writer.SYSTEM, Writer.STAFF, Writer.SUBJECT, Writer.ANYONE, Writer.AGENT)


def leaves(
    resolved: Resolved, lineage: Lineage, tables: Tables, returns: Mapping[str, Leaf]
) -> Mapping[str, Leaf] | tuple[Misfit, ...]:
    """Path -> leaf, for a result `{"rows": [...], "truncated": ...}`."""
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
        leaf = _leaf(name, [lineage.flow(one) for one in arms], tables, returns.get(name))
        if isinstance(leaf, Misfit):
            wrong.append(leaf)
        else:
            found[f"rows.*.{name}"] = leaf
    return tuple(wrong) if wrong else found


def _leaf(name: str, arms: Sequence[Flow], tables: Tables, said: Leaf | None) -> Leaf | Misfit:
    sources = [tables.leaf(*column) for arm in arms for column in sorted(arm.columns)]
    kinds = {leaf.kind for leaf in sources if is_private(leaf)}
    plain = [tables.leaf(*arm.plain) for arm in arms if arm.plain is not None]
    alike = len(plain) == len(arms) and len({leaf.kind for leaf in plain}) == 1
    if said is None:
        if not alike:
            mend = f"write `returns: {{{name}: class}}`"
            return Misfit(path=("returns", name), expected="a class: the column is computed", mend=mend)
        return Leaf(
            kind=plain[0].kind,
            writer=_least_trusted(plain),
            confirms=all(leaf.confirms for leaf in plain),
            subject=all(leaf.subject for leaf in plain),
        )
    # A class may be made stricter here, never softer: public may become anything, private only what it is.
    if kinds and said.kind not in kinds:
        return Misfit(path=("returns", name), expected=f"a class as strict as `{'` or `'.join(sorted(kinds))}`")
    return Leaf(
        kind=said.kind,
        writer=_least_trusted([said, *sources]),
        confirms=said.confirms or (alike and all(leaf.confirms for leaf in plain)),
        subject=said.subject or (alike and all(leaf.subject for leaf in plain)),
    )


def _least_trusted(leaves: Sequence[Leaf]) -> Writer:
    return max((leaf.writer for leaf in leaves), key=_TRUST.index)
