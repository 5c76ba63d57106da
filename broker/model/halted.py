"""Is what a call rests on revoked or frozen? One answer for the lists, the decision, the intent and the outcome."""

from __future__ import annotations

from collections.abc import Sequence

from broker.model.decision import Reason
from broker.model.stop import Stop, agents, ends_task, frozen, places, revoked
from broker.model.tool import ToolSpec


def dead(stops: Sequence[Stop]) -> tuple[Reason, str] | None:
    """What an agent hears of a revocation, and the detail for the record."""
    stop = revoked(stops)
    if stop is None:
        return None
    return Reason.TASK_ENDED if ends_task(stop) else Reason.BAD_TOKEN, str(stop)


def halted(actor: str, stops: Sequence[Stop], spec: ToolSpec | None = None) -> tuple[Reason, str] | None:
    """The same of a freeze, of whoever acts and of the tool that is called; a revocation weighs more."""
    if not stops:  # as good as always, and each call asks twice
        return None
    stop = frozen(stops, [*agents(actor), *(() if spec is None else places(spec.name, spec.zone))])
    return dead(stops) or (None if stop is None else (Reason.CONTEXT_NOT_MET, str(stop)))
