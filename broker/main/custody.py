"""Where each key of the broker's is kept: in a file of its user's, in the environment, or as a KMS alone opens it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from broker.main.kms import Guarded
from broker.main.ring import TOKEN, replace
from broker.model.faults import ConfigError, Problem
from broker.settings import Custody
from broker.tokens.strict import b64, unb64

LOG: Final = "log.key"
VAULT: Final = "vault.key"
DIGEST: Final = "digest.key"
FILE: Final = "file"
KMS: Final = "kms"
ENV: Final = "env:"
_WRAPPED: Final = "kms:"  # how a file begins that a KMS alone opens


def place(kept: Custody, name: str) -> str:
    """`file`, `kms` or `env:NAME`. `name`: of the key's file."""
    return {TOKEN: kept.token, LOG: kept.log, VAULT: kept.vault, DIGEST: kept.digest}.get(name, FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    folder: Path
    kept: Custody
    environ: Mapping[str, str] = field(repr=False)
    kms: Guarded | None

    def text(self, name: str) -> str:
        """What the key's file says in clear. Raises ConfigError, StoreFault, ValueError."""
        where = place(self.kept, name)
        if where.startswith(ENV):
            return self.environ[where.removeprefix(ENV)].strip()
        written = _written(self.folder / name)
        if where != KMS or self.kms is None:
            return written
        if not written.startswith(_WRAPPED):
            said = "it lies there in clear, and is to be kept by the KMS"
            raise ConfigError([Problem(file=str(self.folder / name), expected=said, mend="run `broker keys wrap`")])
        return self.kms.unwrap(unb64(written.removeprefix(_WRAPPED)), _about(name)).decode()

    def wrapped(self) -> list[str]:
        """Every file that is the KMS's to open, wrapped anew, also one that was already; their names.

        Raises StoreFault, ValueError. What was there before may be on the disk yet, and is in every backup.
        """
        done = []
        for name in (LOG, VAULT, DIGEST):
            if place(self.kept, name) == KMS and self.kms is not None:
                written = _written(self.folder / name)
                clear = self.text(name) if written.startswith(_WRAPPED) else written
                replace(self.folder / name, _WRAPPED + b64(self.kms.wrap(clear.encode(), _about(name))))
                done.append(name)
        return done


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _about(name: str) -> str:
    """Bound to what is wrapped: the log's key put in the place of the vault's does not open there."""
    return f"toolbroker/{name}"
