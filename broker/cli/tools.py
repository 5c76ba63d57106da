"""`broker tools`: everything that an agent could be granted. What is not here does not exist for agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broker.cli import say
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.main.rules import catalog
from broker.model.label import PUBLIC
from broker.model.tool import ToolSpec


def list_(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Every tool of every source."""
    found, warnings = catalog(given(config))
    for warning in warnings:
        say.note(warning)
    specs = sorted(found.specs(), key=lambda spec: spec.name)
    if as_json:
        for spec in specs:
            say.as_json(_printed(spec))
        return
    table = say.table("tool", "does", "arguments", "gives, beside what is public")
    table.columns[0].no_wrap = True
    for spec in specs:
        gives = sorted({leaf.kind for leaf in spec.leaves.values()} - {PUBLIC})
        words = (spec.name, _effects(spec), ", ".join(spec.arguments) or "none", ", ".join(gives))
        table.add_row(*map(say.text, words))
    say.out().print(table)


def _effects(spec: ToolSpec) -> str:
    return ", ".join(sorted(effect.value for effect in spec.effects))


def _printed(spec: ToolSpec) -> Mapping[str, Any]:
    return {
        "tool": spec.name,
        "description": spec.description,
        "effects": sorted(spec.effects),
        "arguments": {name: dict(one.schema) for name, one in spec.arguments.items()},
        "authority": sorted(spec.authority),
        "gives": {path: leaf.kind for path, leaf in spec.leaves.items()},
        "zone": spec.zone,
        "region": spec.region,
        "external": spec.external,
        "owner": spec.owner,
        "risk": spec.risk,
        "review_by": spec.review_by.isoformat(),
        "state": spec.state,
        "pin": spec.pin,
    }
