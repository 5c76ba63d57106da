"""How an MCP server is reached, and who answers for it outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from broker.catalog.grammar import expand, slug
from broker.catalog.refs import ref
from broker.catalog.report import At, Wrong, one_of
from broker.catalog.source_keys import AUTH, VENDOR
from broker.model.label import Json

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_URL: Final = re.compile(r"https?://[a-z0-9.\[\]:-]+(/[^\s?#]*)?")
_LOOPBACK: Final = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?(/|$)")
_NEEDS: Final = {"bearer": ("token",), "basic": ("user", "password"), "header": ("name", "value")}
_OF_COMMAND: Final = ("env", "cwd", "integrity")


def own(keys: Mapping[str, At], environ: Mapping[str, str]) -> Mapping[str, Json]:
    """The keys of the kind as plain values; what is wrong is reported."""
    if "command" in keys and "url" in keys:
        keys["url"].wrong_key("a server is run by `command` or reached at `url`", "take one of them out")
    for word in (*_OF_COMMAND, "auth"):
        home = "url" if word == "auth" else "command"
        if word in keys and home not in keys:
            keys[word].wrong_key(f"`{word}` belongs to `{home}`", "take it out")
    if "vendor" in keys:
        _vendor(keys["vendor"])
    command = keys["command"].reads(_plain, "expected a list of words") if "command" in keys else None
    return {
        "command": None if command is None else list(command),
        "env": _env(keys["env"]) if "env" in keys else {},
        "cwd": keys["cwd"].text() if "cwd" in keys else None,
        "integrity": keys["integrity"].read(_digest) if "integrity" in keys else None,
        "url": _url(keys["url"], environ) if "url" in keys else None,
        "auth": _auth(keys["auth"]) if "auth" in keys else None,
    }


def _plain(text: str) -> str | Wrong:
    return text if "\0" not in text else Wrong("expected a word without NUL")


def _digest(text: str) -> str | Wrong:
    mend = "`broker pins list` prints it"
    return text if _DIGEST.fullmatch(text) else Wrong("expected 64 hexadecimal digits", mend)


def _url(at: At, environ: Mapping[str, str]) -> str | None:
    url = at.read(expand(environ))
    if url is None:
        return None
    if not _URL.fullmatch(url):
        at.wrong("expected an `https://` URL without user, query and fragment")
    elif url.startswith("http://") and not _LOOPBACK.match(url):
        at.wrong("expected `https`: without it, whoever is on the way reads and writes", "only loopback may be `http`")
    return url


def _vendor(at: At) -> None:
    keys = at.keyed(VENDOR, "expected `{name: ...}`") or {}
    for word, one in keys.items():
        if word == "region":
            one.read(slug)
        else:
            one.text()


def _env(at: At) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in at.entries("expected `{NAME: env:NAME}`") or ():
        if not _WORD.fullmatch(entry.word):
            entry.wrong_key("expected the name of a variable", "as in `API_KEY`")
        value = entry.read(ref)
        if value is not None:
            found[entry.word] = value
    return found


def _auth(at: At) -> dict[str, str] | None:
    keys = at.keyed(AUTH, "expected `{kind: bearer, token: env:NAME}`")
    if keys is None or "kind" not in keys:
        return None
    kind = keys["kind"].read(_kind)
    if kind is None:
        return None
    needs = _NEEDS[kind]
    found = {"kind": kind}
    for word, one in keys.items():
        if word == "kind":
            continue
        if word not in needs:
            one.wrong_key(f"`{word}` is not of `{kind}`", "take it out")
            continue
        value = one.read(_header) if word == "name" else one.read(ref)
        if value is not None:
            found[word] = value
    for word in needs:
        if word not in keys:
            at.wrong(f"expected the key `{word}`", f"`{kind}` needs it")
    return found


def _kind(text: str) -> str | Wrong:
    if text == "oauth2_client":
        return Wrong("`oauth2_client` is not available yet", "write `bearer`, `basic` or `header`")
    return one_of(*_NEEDS)(text)


def _header(text: str) -> str | Wrong:
    return text if _HEADER.fullmatch(text) else Wrong("expected the name of a header", "as in `X-Api-Key`")
