"""The broker's keys as files that only its own user may read: one family for each use, never shared."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broker.audit.checkpoint import Signer, new_signer, read_signer
from broker.main.custody import DIGEST, ENV, KMS, LOG, VAULT, Places, place
from broker.main.kms import Guarded, loaded
from broker.main.ring import DROPPED, OLD, TOKEN, Ring
from broker.main.signing import Outside
from broker.model.faults import ConfigError, Problem, StoreFault
from broker.ports import Ids
from broker.settings import Custody
from broker.store.system import SystemClock
from broker.tokens.keys import from_text, new_key, private_text
from broker.tokens.strict import UnreadableError

VKEY = "log.vkey"
_PRIVATE = (TOKEN, LOG, VAULT, DIGEST)
_SIZE = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    ring: Ring = field(repr=False)  # signs and verifies tokens
    signer: Signer = field(repr=False)  # signs checkpoints of the log
    vault: bytes = field(repr=False)  # seals the keys of tasks
    digest: bytes = field(repr=False)  # keys the digests in the log
    outside: Outside | None = None  # signs tokens in the ring's place
    kms: Guarded | None = None

    def close(self) -> None:
        if self.kms is not None:
            self.kms.close()


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


def read(folder: Path, custody: Custody | None = None, environ: Mapping[str, str] = os.environ) -> Keys:
    """Every key, from where it is kept. Raises ConfigError with every problem at once. To be closed."""
    kept = Custody() if custody is None else custody
    problems = exposed(folder, kept, environ)
    if problems:
        raise ConfigError(problems)
    kms = None if kept.kms is None else loaded(kept.kms, kept.deadline)
    try:
        return _read(folder, Places(folder=folder, kept=kept, environ=environ, kms=kms))
    except BaseException:
        if kms is not None:
            kms.close()
        raise


def _read(folder: Path, places: Places) -> Keys:
    clock, kms = SystemClock(), places.kms
    try:
        outside = Outside(kms, clock) if kms is not None and places.kept.token == KMS else None
        mine = from_text(places.text(TOKEN)) if places.kept.token.startswith(ENV) else None
        return Keys(
            ring=Ring(folder, clock, mine if outside is None else outside.public),
            signer=read_signer(places.text(LOG)),
            vault=_bytes(places.text(VAULT)),
            digest=_bytes(places.text(DIGEST)),
            outside=outside,
            kms=kms,
        )
    except (UnreadableError, ValueError):
        mend = "restore the folder from your backup; new keys cannot read old handles nor continue the old log"
        raise ConfigError([Problem(file=str(folder), expected="a key file is damaged", mend=mend)]) from None
    except StoreFault as fault:
        raise ConfigError([Problem(file=str(folder), expected=str(fault), mend="see `[custody]`")]) from None


def exposed(folder: Path, custody: Custody | None = None, environ: Mapping[str, str] = os.environ) -> list[Problem]:
    """What is wrong with the keys where they lie: missing, unreadable, or open to others."""
    found = []
    kept = Custody() if custody is None else custody
    for name in (*_PRIVATE, OLD, DROPPED):
        where = place(kept, name)
        if where.startswith(ENV):
            if not environ.get(where.removeprefix(ENV), "").strip():
                found.append(Problem(file="environment", field=where.removeprefix(ENV), expected="no such key"))
            continue
        path = folder / name
        if (name in {OLD, DROPPED} and not path.exists()) or (name == TOKEN and where == KMS):
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


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise UnreadableError("not base64") from None
    if len(raw) != _SIZE:
        raise UnreadableError("not 32 bytes")
    return raw
