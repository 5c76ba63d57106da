"""What is written down where the certificate's files changed under a broker that serves."""

from __future__ import annotations

from typing import assert_never

from broker.audit import canonical
from broker.audit.record import DETAIL, Stamp, entry, moment
from broker.model.certificate import Kept, Taken
from broker.model.record import Entry


def changed(stamp: Stamp, one: Taken | Kept) -> Entry:
    match one:
        case Taken():
            return entry(stamp, "certificate.taken", {"sha256": one.digest, "until": moment(one.until)})
        case Kept():
            return entry(stamp, "certificate.kept", {"why": canonical.plain(one.why, DETAIL)})
        case _:
            assert_never(one)
