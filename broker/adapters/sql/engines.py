"""Which engine a source's URL leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from broker.adapters.sql.engine import Engine
from broker.adapters.sql.postgres import driver
from broker.adapters.sql.postgres.address import Address, address
from broker.adapters.sql.sqlite.engine import SqliteEngine
from broker.model.label import Json
from broker.model.tool import Misfit

_SQLITE: Final = "sqlite:///"
_ROLE: Final = re.compile("broker_[a-z0-9][a-z0-9_-]{0,51}")  # with `_raw` no longer than a name may be


def engine(source: Mapping[str, Json], root: Path) -> Engine | Misfit:
    """`source`: its own keys; `root`: where a relative path starts."""
    url = str(source["url"])
    match url.partition(":")[0]:
        case "postgresql" | "postgres":
            return _postgres(url, source.get("password"), root)
        case _:
            return _sqlite(url, root)


def _sqlite(url: str, root: Path) -> Engine | Misfit:
    if not url.startswith(_SQLITE) or "?" in url or "#" in url or not url.removeprefix(_SQLITE):
        mend = "three slashes and a path from the folder of broker.toml, or four and an absolute one"
        return Misfit(path=("url",), expected="a URL like sqlite:///data/shop.db", mend=mend, of_source=True)
    return SqliteEngine(path=root / unquote(url.removeprefix(_SQLITE)))


def _postgres(url: str, password: str | None, root: Path) -> Engine | Misfit:
    absent = driver.absent()
    if absent is not None:
        return Misfit(path=("url",), expected="what PostgreSQL needs", mend=absent, of_source=True)
    found = address(url, password, root)
    if not isinstance(found, Address):
        return Misfit(path=("url",), expected=found[0], mend=found[1], of_source=True)
    if not _ROLE.fullmatch(found.user):
        # Any other role, a superuser first of all, may do more than the views allow.
        mend = "connect as the role that `broker sql grants` makes"
        return Misfit(path=("url",), expected="a user like `broker_shop`", mend=mend, of_source=True)
    return driver.engine_type()(address=found, root=root)
