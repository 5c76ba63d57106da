"""The clock and the source of randomness: the two things that pure rooms are handed."""

from __future__ import annotations

import base64
import secrets
import time


class SystemClock:
    def now(self) -> float:
        """Unix seconds."""
        return time.time()  # noqa: TID251 - the one place that reads the clock


class SystemIds:
    def fresh(self) -> str:
        """130 random bits as 26 letters of lower-case base32."""
        return base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower()

    def key(self) -> bytes:
        """32 random bytes."""
        return secrets.token_bytes(32)
