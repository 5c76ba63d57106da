"""One scope on one page: who, for what, with which tools, what is shown, how much of it. Read in thirty seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from broker.cli import say
from broker.cli.when import span
from broker.cli.words import ACTIONS, PER, argument, budget, either, hours, limits, rows
from broker.decide.exposure import exposure
from broker.model.label import PUBLIC
from broker.model.scope import Given, Lookup, Scope, ToolGrant
from broker.model.tool import ToolSpec
from broker.ports import Catalog


def page(scope: Scope, catalog: Catalog, defaults: Mapping[str, str]) -> RenderableType:
    granted = {name: (catalog.spec(name), grant) for name, grant in scope.tools.items()}
    return Group(
        say.text(scope.name, "bold"),
        say.text(scope.why),
        Text(),
        say.facts(list(_who(scope))),
        Text(),
        say.text("It may call, and nothing else", "bold"),
        _tools(granted),
        Text(),
        say.text("It sees, beside what is public", "bold"),
        say.facts(list(_sees(scope, granted, defaults))),
        Text(),
        say.text("At most", "bold"),
        say.facts(list(_at_most(scope))),
    )


def _who(scope: Scope) -> Iterator[tuple[str, object]]:
    yield "for", f"{either(sorted(scope.roles))}, through {either(scope.agents)}"
    yield "purpose", either(sorted(scope.purposes))
    for name, one in scope.parameters.items():
        match one:
            case Given(constraint=constraint, type=kind):
                yield f"${name}", f"{kind}, {limits(constraint)}; said when the task opens, fixed for its life"
            case Lookup(tool=tool, key=key):
                yield f"${name}", f"looked up by the broker: {tool} of ${key}"
    if scope.hours is not None:
        yield "hours", hours(scope.hours)
    bearer = "whoever bears it may use it" if scope.seal else "only its holder may use it"
    yield "token", f"{span(scope.expires)}; {bearer}"
    yield "task", span(scope.lifetime)


def _tools(granted: Mapping[str, tuple[ToolSpec | None, ToolGrant]]) -> Table:
    table = say.table("tool", "does", "with", "and")
    for name, (spec, grant) in granted.items():
        does = "gone" if spec is None else ", ".join(sorted(effect.value for effect in spec.effects))
        arguments = "\n".join(f"{one}: {argument(field)}" for one, field in grant.arguments.items())
        bounds = "\n".join(part for part in (rows(grant.rows), budget(grant.budget)) if part)
        table.add_row(say.text(name), say.text(does), say.text(arguments), say.text(bounds))
    return table


def _sees(
    scope: Scope, granted: Mapping[str, tuple[ToolSpec | None, ToolGrant]], defaults: Mapping[str, str]
) -> Iterator[tuple[str, object]]:
    """Of the classes that its tools give at all, what each purpose is shown."""
    specs = [spec for spec, _ in granted.values() if spec is not None]
    kinds = sorted({leaf.kind for spec in specs for leaf in spec.leaves.values()} - {PUBLIC})
    for kind in kinds:
        shown = {purpose: exposure(scope, purpose, defaults).get(kind, "redact") for purpose in sorted(scope.purposes)}
        actions = set(shown.values())
        if len(actions) == 1:
            yield kind, ACTIONS[actions.pop()]
        else:
            yield kind, "\n".join(f"{purpose}: {ACTIONS[action]}" for purpose, action in shown.items())
    if not kinds:
        yield "nothing", ""


def _at_most(scope: Scope) -> Iterator[tuple[str, object]]:
    yield "a task", budget(scope.budget) or "nothing is set"
    ceiling = scope.ceiling
    if ceiling is not None:
        calls = [] if ceiling.calls is None else [f"{ceiling.calls} calls"]
        sums = [f"{name} up to {total}" for name, total in ceiling.sums.items()]
        yield PER[ceiling.per], f"{', '.join([*calls, *sums])} in {span(ceiling.window)}, over all tasks"
