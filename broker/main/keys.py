"""The broker's keys as files that only its own user may read: one family for each use, never shared."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from broker.audit.checkpoint import Signer, new_signer, read_signer
from broker.main.ring import OLD, TOKEN, Ring
from broker.model.faults import ConfigError, Problem
from broker.ports import Ids
from broker.store.system import SystemClock
from broker.tokens.keys import new_key, private_text
from broker.tokens.strict import UnreadableError

LOG, VKEY, VAULT, DIGEST = "log.key", "log.vkey", "vault.key", "digest.key"
_PRIVATE = (TOKEN, LOG, VAULT, DIGEST)
_SIZE = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    ring: Ring = field(repr=False)  # signs and verifies tokens
    signer: Signer = field(repr=False)  # signs checkpoints of the log
    vault: bytes = field(repr=False)  # seals the keys of tasks
    digest: bytes = field(repr=False)  # keys the digests in the log


def make(folder: Path, origin: str, ids: Ids) -> None:
    """Write fresh keys, 0600 in a folder 0700. Raises FileExistsError rather than replace one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    signer = new_signer(origin, ids.key())
    _write(folder / TOKEN, private_text(new_key()))
    _write(folder / LOG, signer.clear_key)
    _write(folder / VAULT, base64.b64encode(ids.key()).decode())
    _write(folder / DIGEST, base64.b64encode(ids.key()).decode())
    (folder / VKEY).write_text(signer.vkey + "\n", encoding="utf-8")


def read(folder: Path) -> Keys:
    """Every key. Raises ConfigError with every problem at once."""
    problems = exposed(folder)
    if problems:
        raise ConfigError(problems)
    try:
        return Keys(
            ring=Ring(folder, SystemClock()),
            signer=read_signer(_text(folder / LOG)),
            vault=_bytes(folder / VAULT),
            digest=_bytes(folder / DIGEST),
        )
    except (UnreadableError, ValueError):
        mend = "restore the folder from your backup; new keys cannot read old handles nor continue the old log"
        raise ConfigError([Problem(file=str(folder), expected="a key file is damaged", mend=mend)]) from None


def exposed(folder: Path) -> list[Problem]:
    """What is wrong with the files themselves: missing, unreadable, or open to others."""
    found = []
    for name in (*_PRIVATE, OLD):
        path = folder / name
        if name == OLD and not path.exists():
            continue
        if not path.is_file():
            found.append(Problem(file=str(path), expected="no such key file", mend="run `broker init` to make keys"))
        elif not os.access(path, os.R_OK):
            found.append(Problem(file=str(path), expected="cannot be read", mend="run as the broker's own user"))
        elif path.stat().st_mode & _OTHERS:
            found.append(Problem(file=str(path), expected="others may read this key", mend=f"chmod 600 {path}"))
    return found


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _bytes(path: Path) -> bytes:
    try:
        raw = base64.b64decode(_text(path), validate=True)
    except binascii.Error:
        raise UnreadableError("not base64") from None
    if len(raw) != _SIZE:
        raise UnreadableError("not 32 bytes")
    return raw
