"""The parts of a constraint that read the same whatever the argument is: ends, hosts, URLs, paths, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from broker.catalog.addresses import is_path_under
from broker.catalog.glob import glob
from broker.catalog.grammar import host, integer, length
from broker.catalog.keys import EMAIL, PATH, URL
from broker.catalog.report import At, Wrong, one_of
from broker.catalog.tree import Text
from broker.model.constraint import Constraint, EmailAt, NoLinks, PathUnder, UrlIn

T = TypeVar("T")


def texts(at: At, rule: Callable[[str], T | Wrong]) -> tuple[T, ...] | None:
    """One text or a list of them, each by a rule."""
    if isinstance(at.node, Text):
        one = at.read(rule)
        return None if one is None else (one,)
    return at.reads(rule, "expected a text or a list of texts")


def ends(
    keys: Mapping[str, At], low: str, high: str, make: Callable[[int | None, int | None], Constraint]
) -> Constraint | None:
    """`make(lo, hi)` of two keys of which either may be absent."""
    lo = keys[low].read(length) if low in keys else None
    hi = keys[high].read(length) if high in keys else None
    if lo is not None and hi is not None and lo > hi:
        keys[low].wrong(f"expected `{low}` no greater than `{high}`", "no value fits")
        return None
    return make(lo, hi)


def email(at: At) -> Constraint | None:
    keys = at.keyed(EMAIL, "expected `{domain: [host]}`")
    domains = texts(keys["domain"], host) if keys and "domain" in keys else None
    return None if domains is None else EmailAt(domains)


def url(at: At) -> Constraint | None:
    keys = at.keyed(URL, "expected `{scheme, host, port, path}`")
    if keys is None:
        return None
    if not keys:
        at.wrong("expected `{scheme, host, port, path}`", "`{}` says nothing")
        return None
    schemes = texts(keys["scheme"], _scheme) if "scheme" in keys else ("https",)
    hosts = texts(keys["host"], host) if "host" in keys else None
    ports = texts(keys["port"], _port) if "port" in keys else None
    paths = texts(keys["path"], glob) if "path" in keys else None
    said = (schemes, *(found for key, found in (("host", hosts), ("port", ports), ("path", paths)) if key in keys))
    if schemes is None or any(found is None for found in said):
        return None
    return UrlIn(schemes=schemes, hosts=hosts, ports=ports, paths=paths)


def path(at: At) -> Constraint | None:
    keys = at.keyed(PATH, "expected `{under: folder}`")
    folder = keys["under"].read(_folder) if keys and "under" in keys else None
    return None if folder is None else PathUnder(folder)


def links(at: At) -> Constraint | None:
    def rule(text: str) -> str | Wrong:
        if text in {"known", "any"}:
            return Wrong(f"`{text}` is not available yet", "write `none`")
        return one_of("none")(text)

    return None if at.read(rule) is None else NoLinks()


def _scheme(text: str) -> str | Wrong:
    return one_of("https", "http", "ftp", "ws", "wss")(text)


def _port(text: str) -> int | Wrong:
    value = integer(text)
    return value if isinstance(value, int) and 0 < value <= 65535 else Wrong("expected a port", "as in `443`")  # noqa: PLR2004 - RFC 6335


def _folder(text: str) -> str | Wrong:
    plain = text.removesuffix("/")
    if plain == "." or is_path_under(PathUnder("."), plain):
        return plain
    return Wrong("expected a relative folder without `..`", "as in `reports/2026`, or `.` for any")
