"""What is written down of the house itself: its certificate, and its keys where a KMS wrapped them."""

from __future__ import annotations

from typing import assert_never

from broker.audit import canonical
from broker.audit.record import DETAIL, Stamp, entry, moment
from broker.model.record import Entry
from broker.model.upkeep import Kept, Taken, Upkeep, Wrapped


def done(stamp: Stamp, one: Upkeep) -> Entry:
    match one:
        case Taken():
            return entry(stamp, "certificate.taken", {"sha256": one.digest, "until": moment(one.until)})
        case Kept():
            return entry(stamp, "certificate.kept", {"why": canonical.plain(one.why, DETAIL)})
        case Wrapped():
            return entry(stamp, "keys.wrapped", {"files": list(one.files), "by": canonical.plain(one.by, DETAIL)})
        case _:
            assert_never(one)
