"""Mail addresses, URLs and paths, read strictly: what two readers could read differently is outside."""

from __future__ import annotations

import re
from typing import Final

from broker.catalog.glob import matches
from broker.catalog.grammar import host
from broker.model.constraint import EmailAt, PathUnder, UrlIn
from broker.model.tool import Policy

# RFC 5321 dot-string in ASCII; quoted local parts, comments and address literals are outside.
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# RFC 3986 without userinfo and without what browsers repair (backslash, spaces, controls).
_URL: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{0,15})://(?P<host>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?(?:#[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:2[eEfF]|5[cC]|25|00)")  # broken, or hides . / \ % NUL
_PORTS: Final = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_LONGEST: Final = 8192


def is_shaped(text: str, policy: Policy | None) -> bool:
    """Whether a text is one thing of its policy: one address, one URL, one path. Of the other policies any text is.

    `a@x.example, b@y.example` and `../../etc/passwd` are what they look like, under `any: true` too.
    """
    match policy:
        case Policy.EMAIL:
            return is_email_at(EmailAt(()), text)
        case Policy.URL:
            found = _URL.fullmatch(text) if len(text) <= _LONGEST else None
            schemes = () if found is None else (found["scheme"],)
            return is_url_in(UrlIn(schemes, None, None, None), text)
        case Policy.PATH:
            return is_path_under(PathUnder("."), text)
        case _:
            return True


def is_email_at(limits: EmailAt, text: str) -> bool:
    """One address. Host names are compared in small letters: canonicalisation has made them small."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > 254 or len(local) > 64 or not _LOCAL.fullmatch(local):  # noqa: PLR2004 - RFC 5321 4.5.3.1
        return False
    if not isinstance(host(domain), str) or "." not in domain:
        return False
    return not limits.domains or domain in limits.domains


def is_url_in(limits: UrlIn, text: str) -> bool:
    found = _URL.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or not isinstance(host(found["host"]), str):
        return False
    port = int(found["port"]) if found["port"] else _PORTS.get(found["scheme"], 0)
    path = found["path"] or "/"
    if not 0 <= port <= 65535 or _PERCENT.search(path) or not _is_plain(path[1:].split("/")):  # noqa: PLR2004 - RFC 6335
        return False
    return (
        found["scheme"] in limits.schemes
        and (limits.hosts is None or found["host"] in limits.hosts)
        and (limits.ports is None or port in limits.ports)
        and (limits.paths is None or any(matches(glob, path) for glob in limits.paths))
    )


def is_path_under(limits: PathUnder, text: str) -> bool:
    """Relative, `/` between names, no `.` or `..`, no empty name, no backslash, no control character."""
    if len(text) > _LONGEST or "\\" in text or any(ord(letter) < 32 or ord(letter) == 127 for letter in text):  # noqa: PLR2004 - C0 and DEL
        return False
    names = text.split("/")
    if not all(names) or not _is_plain(names):
        return False
    folder = [] if limits.folder == "." else limits.folder.split("/")
    return len(names) > len(folder) and names[: len(folder)] == folder


def _is_plain(names: list[str]) -> bool:
    return all(name not in {".", ".."} for name in names)
