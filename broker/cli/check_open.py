"""Can anybody but the broker's own user read what makes the broker, or put something of his own in its place?

By owners and modes. Access control lists and what root may do are not looked at.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from broker.cli.check import Check
from broker.model.faults import StoreFault
from broker.settings import Settings
from broker.store.sqlite import path_of

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITTEN = stat.S_IWGRP | stat.S_IWOTH
_TOKEN_FILE = "BROKER_TOKEN_FILE"  # noqa: S105 - the variable's name


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Whom agents run as."""

    name: str
    uid: int
    groups: frozenset[int]

    def reads(self, path: Path) -> bool:
        """Whether the modes of the file and of every folder above it let this user read it."""
        above = path.resolve().parents
        return self._may(path, stat.S_IRUSR) and all(self._may(folder, stat.S_IXUSR) for folder in above)

    def _may(self, path: Path, owners: int) -> bool:
        """`owners`: the bit that would let the owner do it."""
        facts = path.stat()
        if self.uid == 0:
            return True
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & owners)
        return bool(facts.st_mode & (owners >> 3 if facts.st_gid in self.groups else owners >> 6))


def openings(settings: Settings, environ: Mapping[str, str], agents: User | None) -> Iterator[Check]:
    """Every place that stands open; one `ok` where there is none."""
    found = [*_files(settings), *_rules(settings), *_socket(settings), *_token(environ)]
    if agents is not None:
        found += _read_by(settings, agents)
    yield from found
    if not any(one.state == "fail" for one in found):
        more = "" if agents is None else f"; `{agents.name}` reads none of it"
        yield Check(name="others", state="ok", said=f"by owner and mode, keys and store are for one user alone{more}")


def _files(settings: Settings) -> Iterator[Check]:
    """Keys and store: who reads them is the broker, who replaces them decides what is true."""
    keys = settings.at(settings.keys)
    if keys.is_dir() and keys.stat().st_mode & _OTHERS:
        yield _fail(f"{keys}: others may look into it", f"chmod 700 {keys}")
    for path in _stored(settings):
        if path.stat().st_mode & _OTHERS and path.parent.stat().st_mode & _OTHERS:
            yield _fail(f"{path}: others may read the store", f"chmod 600 {path}")
    for folder in {path.parent for path in _stored(settings)}:
        if _is_anyones(folder):
            yield _fail(f"{folder}: others may put another store there", f"chmod 700 {folder}")


def _rules(settings: Settings) -> Iterator[Check]:
    """Admins may share a group; everybody is no group."""
    rules = (settings.root / "broker.toml", settings.at(settings.tools), settings.at(settings.scopes))
    for path in (settings.root, *rules):
        if path.exists() and path.stat().st_mode & stat.S_IWOTH:
            yield _fail(f"{path}: everybody may change what agents may do", f"chmod o-w {path}")


def _socket(settings: Settings) -> Iterator[Check]:
    if settings.server.socket is None:
        return
    path = settings.at(settings.server.socket)
    folder = path.parent
    if not folder.is_dir():
        yield _fail(f"{folder}: no such folder for the socket", f"mkdir -m 700 {folder}")
        return
    mode = folder.stat().st_mode
    if _is_anyones(folder):
        said = f"{folder}: others may put their own socket there, and agents would hand it their tokens"
        yield _fail(said, f"chmod go-w {folder}")
    if settings.server.socket_mode == "0660" and not mode & stat.S_IXGRP:
        said = f"{folder}: the socket is for its group, which cannot come to it"
        yield Check(name="others", state="warn", said=said, mend=f"chgrp AGENTS {folder} && chmod 2750 {folder}")


def _token(environ: Mapping[str, str]) -> Iterator[Check]:
    named = environ.get(_TOKEN_FILE)
    path = None if named is None else Path(named)
    if path is not None and path.exists() and path.stat().st_mode & _OTHERS:
        yield _fail(f"{path}: others may read this token", f"chmod 600 {path}")


def _read_by(settings: Settings, agents: User) -> Iterator[Check]:
    keys = settings.at(settings.keys)
    owner = keys.stat().st_uid if keys.is_dir() else None
    mend = "let agents run as a user of their own, that is in no group of the broker's"
    if agents.uid in {0, owner}:
        yield _fail(f"agents run as `{agents.name}`, whose the keys are", mend)
        return
    private = [path for path in (keys.iterdir() if keys.is_dir() else ()) if path.suffix in {".jwk", ".key"}]
    for path in (*private, *_stored(settings)):
        if agents.reads(path):
            yield _fail(f"{path}: `{agents.name}`, whom agents run as, may read it", mend)


def _stored(settings: Settings) -> list[Path]:
    """The database with what SQLite keeps beside it."""
    try:
        path = path_of(settings.store.url, settings.root)
    except StoreFault:
        return []
    return sorted(one for one in path.parent.glob(f"{path.name}*") if one.is_file())


def _is_anyones(folder: Path) -> bool:
    """Whether others than its owner may put files there, or take away what is there."""
    return bool(folder.stat().st_mode & _WRITTEN)


def _fail(said: str, mend: str) -> Check:
    return Check(name="others", state="fail", said=said, mend=mend)
