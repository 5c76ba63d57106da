"""The file of pins is written whole or not at all, and never over what somebody else approved meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from broker.catalog import pins
from broker.catalog.pins import Definition, Pins, Standing
from broker.main.looking import Seen
from broker.main.places import Place
from broker.model.faults import ConfigError, Problem

_MODE = 0o644  # it holds no secret, and says what is approved to everyone who may read the source file


def approved(seen: Seen, only: Collection[str] | None) -> Pins:
    """What is approved once this is: of all that the server lists, or of these names alone; what runs comes with both.

    `only`: own names. Entries that are not touched stay as they were; entries that are gone go.
    """
    held: dict[str, dict[str, Definition]] = {kind: {} for kind in pins.LISTS}
    for one in seen.sights:
        touched = one.name not in seen.unfit and (only is None or one.name in only)
        kept = one.after if touched else one.before
        if kept is not None and not (one.standing is Standing.GONE and touched):
            held[one.kind][one.name] = kept
    return Pins(runs=None if seen.runs is None else seen.runs.digest, held=held)


def keep(place: Place, said: Pins) -> Path:
    """Write it beside the source file, durably. Raises ConfigError where it changed since it was read; OSError."""
    path = place.folder / pins.FILE
    if (path.read_bytes() if path.exists() else None) != place.raw:
        mend = "look again, and approve what is there now"
        raise ConfigError([Problem(file=str(path), expected="somebody approved something meanwhile", mend=mend)])
    written, name = tempfile.mkstemp(prefix=f".{pins.FILE}.", dir=place.folder)
    try:
        with os.fdopen(written, "wb") as file:
            file.write(pins.written(place.name, said))
            file.flush()
            os.fchmod(file.fileno(), _MODE)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path
