"""What of each class this purpose may see: made once per call."""

from __future__ import annotations

from collections.abc import Mapping

from broker.model.scope import Scope


def exposure(scope: Scope, purpose: str, defaults: Mapping[str, str]) -> Mapping[str, str]:
    """Class -> action, for every known class. A class that is not in it is redacted by whoever meets it."""
    chosen = {kind: row.get(purpose, row["else"]) for kind, row in scope.mask.items()}
    return {**defaults, **chosen}
