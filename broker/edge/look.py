"""What a credential shows now, for whoever looks again and again while something is held open for it."""

from __future__ import annotations

from enum import Enum

from broker.edge.borne import shown
from broker.model.chain import Credential
from broker.model.faults import Fault
from broker.model.grant import Shown
from broker.pipeline import Pipeline

EVERY = 30.0  # seconds: for so long at most may a stream outlive its token


class Nothing(Enum):
    OVER = "the token grants nothing any more"
    UNCLEAR = "the store cannot be read"  # which ends nothing, and shows nothing either


async def look(pipeline: Pipeline, credential: Credential) -> list[Shown] | Nothing:
    try:
        found = await shown(pipeline, credential)
    except (Fault, TimeoutError, LookupError):
        return Nothing.UNCLEAR
    return Nothing.OVER if found is None else found
