"""A connection that no variable of the environment and no file of the account has a say in."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import psycopg
from psycopg.adapt import AdaptersMap

from broker.adapters.secrets import secret
from broker.adapters.sql.postgres.address import Address

# A password is said as such to a server that has proved who it is, and not to whoever listens where it should.
_IN_CLEAR: Final = "none,password,md5,scram-sha-256"
_NOT_IN_CLEAR: Final = "none,md5,scram-sha-256"

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
        require_auth=_IN_CLEAR if address.sslmode == "verify-full" else _NOT_IN_CLEAR,
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
