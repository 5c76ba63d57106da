"""Made-up customers: names of several locales, with addresses, numbers and cards that belong to nobody."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251 - seeded by the caller; nothing secret is made here
from typing import Any

_TEST_BIN = "400000"  # an issuer number that card networks keep for tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: int
    name: str
    email: str
    phone: str
    country: str
    card: str


def crowd(random: Random, *, first: int, size: int) -> tuple[Customer, ...]:
    """`size` customers (at most a thousand) numbered from `first`.

    No two share an address, a phone number or a card, so each value can be searched for alone.
    """
    lists = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
    return tuple(_one(random, number, lists) for number in range(first, first + size))


def _one(random: Random, number: int, lists: Mapping[str, Any]) -> Customer:
    locale = random.choice(lists["locale"])
    given, plain_given = _spelled(random.choice(locale["given"]))
    family, plain_family = _spelled(random.choice(locale["family"]))
    return Customer(
        id=number,
        name=f"{family} {given}" if locale.get("family_first", False) else f"{given} {family}",
        email=f"{plain_given}.{plain_family}{number}@{random.choice(lists['domains'])}",
        phone=f"{locale['phone']}{number % 1_000:03d}",
        country=locale["country"],
        card=_card(number, random.randrange(1_000)),
    )


def _spelled(entry: str) -> tuple[str, str]:
    """A name as it is written, and in the letters of an address."""
    written, _, plain = entry.partition("|")
    if not plain:
        bare = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode("ascii")
        plain = re.sub(r"[^a-z]+", "-", bare.lower()).strip("-")
    return written, plain


def _card(number: int, salt: int) -> str:
    """Sixteen digits whose last one is the check digit (ISO/IEC 7812-1, Luhn)."""
    body = f"{_TEST_BIN}{salt:03d}{number:06d}"
    digits = [int(digit) for digit in body]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[::-2]]
    return f"{body}{-(sum(doubled) + sum(digits[-2::-2])) % 10}"
