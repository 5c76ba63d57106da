"""A connection that no variable of the environment and no file of the account has a say in."""

from __future__ import annotations

import math
from pathlib import Path

import psycopg
from psycopg.adapt import AdaptersMap

from broker.adapters.secrets import secret
from broker.adapters.sql.postgres.address import Address

Connection = psycopg.Connection[tuple[object, ...]]


def connect(address: Address, root: Path, seconds: float, adapters: AdaptersMap) -> Connection:
    """Raises psycopg.Error, and ToolFault where the password is not where it should be. `root`: of its ref.

    Each statement is a transaction of its own until one says BEGIN. Within `seconds`, and two at least: the driver
    waits no shorter.
    """
    return psycopg.connect(
        autocommit=True,
        context=adapters,
        host=address.host,
        hostaddr="",
        port=address.port,
        user=address.user,
        dbname=address.database,
        password="" if address.password is None else secret(address.password, root),
        # To somebody who listens where the server should, no password is said in the clear.
        require_auth="!password" if address.sslmode == "disable" else "",
        sslmode=address.sslmode,
        sslrootcert=address.sslrootcert,
        sslcertmode="disable",
        gssencmode="disable",
        application_name="toolbroker",
        client_encoding="UTF8",
        options="",
        target_session_attrs="any",
        connect_timeout=max(1, math.ceil(seconds)),
        tcp_user_timeout=max(1, math.ceil(seconds)) * 1000,
    )
