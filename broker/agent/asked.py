"""One question to a broker or an issuer, and its answer with the time that it is there."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from httpx2 import AsyncClient, HTTPError, Response

from broker.model.faults import TokenError
from broker.model.label import Json

_OK: Final = 200


async def asked(client: AsyncClient, method: str, url: str, **more: Json) -> tuple[Mapping[str, Json], float | None]:
    """What it says, and its `Date` in unix seconds where it has one. Raises TokenError, with its word if it refuses."""
    try:
        answer = await client.request(method, url, follow_redirects=False, **more)
        said = answer.json()
    except (HTTPError, ValueError) as error:
        raise TokenError(f"`{url}` gives no answer ({type(error).__name__})") from None
    if answer.status_code != _OK or not isinstance(said, dict):
        word = said.get("error") if isinstance(said, dict) else None
        raise TokenError(f"`{url}` refused: {word if isinstance(word, str) else answer.status_code}")
    return said, _date(answer)


def origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _date(answer: Response) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
