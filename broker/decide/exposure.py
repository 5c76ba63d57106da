"""What of each class this purpose may see: made once per call."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from broker.model.label import MEDIA
from broker.model.scope import Scope


def exposure(scope: Scope, purpose: str, defaults: Mapping[str, str], media: Collection[str] = ()) -> Mapping[str, str]:
    """Class -> action, for every known class. A class that is not in it is redacted by whoever meets it."""
    chosen = {kind: row.get(purpose, row["else"]) for kind, row in scope.mask.items()}
    return {**defaults, **chosen, **{kind: "show" if kind in media else "drop" for kind in MEDIA}}
