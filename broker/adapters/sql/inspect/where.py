"""Where on PostgreSQL a schema is read, and with whose password."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.adapters.sql.postgres.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """`schema`: where the tables lie. `password`: None leaves it to libpq."""

    address: Address
    schema: str
    password: str | None = field(repr=False)
