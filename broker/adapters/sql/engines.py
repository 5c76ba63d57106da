"""Which engine a source's URL leads to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from broker.adapters.sql.engine import Engine
from broker.adapters.sql.sqlite.engine import SqliteEngine
from broker.model.label import Json
from broker.model.tool import Misfit

_SQLITE: Final = "sqlite:///"


def engine(source: Mapping[str, Json], root: Path) -> Engine | Misfit:
    """`source`: its own keys; `root`: where a relative path starts."""
    url = str(source["url"])
    match url.partition(":")[0]:
        case "postgresql" | "postgres":
            return Misfit(path=("url",), expected="postgresql is not available yet", of_source=True)
        case _:
            return _sqlite(url, root)


def _sqlite(url: str, root: Path) -> Engine | Misfit:
    if not url.startswith(_SQLITE) or "?" in url or "#" in url or not url.removeprefix(_SQLITE):
        mend = "three slashes and a path from the folder of broker.toml, or four and an absolute one"
        return Misfit(path=("url",), expected="a URL like sqlite:///data/shop.db", mend=mend, of_source=True)
    return SqliteEngine(path=root / unquote(url.removeprefix(_SQLITE)))
