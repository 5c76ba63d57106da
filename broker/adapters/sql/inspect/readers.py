"""Which database a URL leads to, and who reads its schema. A password in it goes no further than the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast
from urllib.parse import quote, unquote

from broker.adapters.sql.engines import engine
from broker.adapters.sql.inspect import sqlite
from broker.adapters.sql.inspect.schema import Schema, Watch
from broker.adapters.sql.inspect.where import Where
from broker.adapters.sql.postgres.address import Address, address
from broker.adapters.sql.postgres.driver import absent
from broker.adapters.sql.sqlite.engine import SqliteEngine
from broker.model.tool import Misfit

_PASSWORD: Final = re.compile(r"(postgres(?:ql)?://[^@:/?#]+):([^@/?#]*)@")
_SECONDS: Final = 60.0  # for a whole schema


class Read(Protocol):
    """Blocking. Raises ToolFault."""

    def __call__(self, watch: Watch, /) -> Schema: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A database to look at. `name`: what it is called; `url`: as a source file may write it."""

    name: str
    url: str
    is_postgres: bool
    read: Read


def live(
    url: str, schema: str, *, root: Path, environ: Mapping[str, str], clock: Callable[[], float]
) -> Live | tuple[str, str]:
    """Or what is expected of the URL, and the mend. `schema`: PostgreSQL's; `root`: where a relative path starts."""
    if url.startswith(("postgresql:", "postgres:")):
        return _postgres(url, schema, root, environ, clock)
    found = engine({"url": url}, root)
    if isinstance(found, Misfit) or not isinstance(found, SqliteEngine):
        return ("a database's URL", "") if not isinstance(found, Misfit) else (found.expected, found.mend)
    path = found.path
    if not path.is_file():
        return (
            f"`{path}` to be a database; there is no such file",
            "a relative path starts at the folder of broker.toml",
        )

    def read(watch: Watch) -> Schema:
        return sqlite.read(path, clock, _SECONDS, watch)

    return Live(name=path.stem, url=_bare(url), is_postgres=False, read=read)


def _postgres(
    url: str, schema: str, root: Path, environ: Mapping[str, str], clock: Callable[[], float]
) -> Live | tuple[str, str]:
    lost = absent()
    if lost is not None:
        return "PostgreSQL's driver", lost
    said = _PASSWORD.match(url)
    bare = url if said is None else _PASSWORD.sub(r"\1@", url)
    found = address(bare, None, root)
    if not isinstance(found, Address):
        return found
    password = environ.get("PGPASSWORD") if said is None else unquote(said[2])
    where = Where(address=found, schema=schema, password=password)
    reader = cast("_Reader", import_module("broker.adapters.sql.inspect.postgres").read)  # the driver is an extra

    def read(watch: Watch) -> Schema:
        return reader(where, clock, _SECONDS, watch)

    return Live(name=found.database, url=_bare(bare), is_postgres=True, read=read)


class _Reader(Protocol):
    def __call__(self, where: Where, clock: Callable[[], float], seconds: float, watch: Watch, /) -> Schema: ...


def _bare(url: str) -> str:
    """Fit to stand in `${NAME:-...}`: a brace in it would end that too early."""
    return quote(url, safe="!#$%&'()*+,-./:;=?@[]_~")
