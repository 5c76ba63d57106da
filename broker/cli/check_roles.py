"""Can a source's role do no more in its database than it was given there?"""

from __future__ import annotations

from collections.abc import Iterator

from broker.adapters.sql.access.proof import proof
from broker.cli.check import Check
from broker.main.databases import databases
from broker.ports import Catalog


def roles(found: Catalog) -> Iterator[Check]:
    """Of each source on PostgreSQL. One that cannot be reached is told of with its tools."""
    for source, database in databases(found).items():
        ground = database.ground
        findings = proof(database.engine.ask, ground, is_local=database.engine.address.is_local)
        if isinstance(findings, str):
            yield Check(name="role", state="warn", said=f"{source}: not asked what it can do: {findings}")
            continue
        for one in findings:
            yield Check(name="role", state="fail" if one.grave else "warn", said=f"{source}: {one.said}", mend=one.mend)
        if not any(one.grave for one in findings):
            said = f"{source}: `{ground.role}` can do there what it was given, and no more"
            yield Check(name="role", state="ok", said=said)
