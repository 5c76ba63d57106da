"""What values can be: the classes of the house, with how much each gives away and what is shown of it by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from broker.catalog.grammar import slug
from broker.catalog.report import Report, Wrong, listed, nearest
from broker.settings import Class

ACTIONS: Final = frozenset({"drop", "hide", "redact", "pseudonym", "handle", "last4", "domain", "show"})
LATER_ACTIONS: Final = frozenset({"initials", "year", "zip3", "band", "scan"})


@dataclass(frozen=True, slots=True)
class ClassRule:
    """`rank`: 0 (public) to 100; of two classes on one value the higher counts. `action`: without a row in `mask`."""

    rank: int
    action: str


BUILT_IN: Final[Mapping[str, ClassRule]] = MappingProxyType(
    {
        "public": ClassRule(0, "show"),
        "country": ClassRule(10, "show"),
        "company": ClassRule(10, "show"),
        "language": ClassRule(10, "show"),
        "date": ClassRule(15, "redact"),
        "money": ClassRule(20, "redact"),
        "internal": ClassRule(25, "redact"),
        "url": ClassRule(25, "redact"),
        "username": ClassRule(35, "redact"),
        "device": ClassRule(35, "redact"),
        "ip": ClassRule(40, "redact"),
        "person": ClassRule(40, "redact"),
        "postcode": ClassRule(40, "redact"),
        "location": ClassRule(45, "redact"),
        "email": ClassRule(50, "redact"),
        "phone": ClassRule(50, "redact"),
        "address": ClassRule(50, "redact"),
        "licence-plate": ClassRule(50, "redact"),
        "dob": ClassRule(55, "redact"),
        "free-text": ClassRule(60, "redact"),
        "salary": ClassRule(65, "hide"),
        "tax-id": ClassRule(70, "hide"),
        "national-id": ClassRule(75, "hide"),
        "passport": ClassRule(75, "hide"),
        "driver-licence": ClassRule(75, "hide"),
        "bank-account": ClassRule(75, "hide"),
        "iban": ClassRule(75, "hide"),
        "card": ClassRule(80, "hide"),
        "legal": ClassRule(80, "hide"),
        "health": ClassRule(90, "hide"),
        "biometric": ClassRule(90, "hide"),
        "belief": ClassRule(90, "hide"),
        "secret": ClassRule(100, "hide"),
        # What no mask can read. A grant's `media` shows one of them whole; no row of a scope's `mask` does.
        "image": ClassRule(60, "drop"),
        "audio": ClassRule(60, "drop"),
        "blob": ClassRule(60, "drop"),
    }
)


def known(own: Mapping[str, Class]) -> Mapping[str, ClassRule]:
    """Every class: the built-in ones and the house's own, which may hide more of a built-in one, never show more."""
    added = {name: ClassRule(one.rank, one.action) for name, one in own.items()}
    return MappingProxyType({**BUILT_IN, **added})


def misfits(own: Mapping[str, Class], report: Report) -> None:
    """What is wrong with the house's own classes."""
    for name, one in own.items():
        place = f"classes.{name}"
        word, shown = slug(name), action(one.action)
        if isinstance(word, Wrong):
            report.at(0, 0, place, word.expected, word.mend)
        if isinstance(shown, Wrong):
            report.at(0, 0, f"{place}.action", shown.expected, shown.mend)
        built_in = BUILT_IN.get(name)
        if built_in is None:
            continue
        if shown not in {built_in.action, "drop", "hide", "redact"}:
            report.at(0, 0, f"{place}.action", "expected `drop`, `hide` or `redact`", "a scope's `mask` may show more")
        if one.rank < built_in.rank:
            report.at(0, 0, f"{place}.rank", f"expected {built_in.rank} or more", "built-in ones rank no lower")


def action(text: str) -> str | Wrong:
    """An action that a mask may name."""
    if text in LATER_ACTIONS:
        return Wrong(f"`{text}` is not available yet", f"write one of {listed(ACTIONS)}")
    return text if text in ACTIONS else Wrong(f"unknown action `{text}`", nearest(text, ACTIONS) or listed(ACTIONS))


def class_in(classes: Mapping[str, ClassRule], text: str) -> str | Wrong:
    """A class of the list."""
    if text in classes:
        return text
    return Wrong(f"unknown class `{text}`", nearest(text, classes) or "add it to `[classes]` of broker.toml")
