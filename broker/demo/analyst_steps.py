"""The analyst's story as data."""

from __future__ import annotations

from typing import Final

from broker.demo.steps import Blank, Chapter, Step
from broker.model.decision import Reason

SKU: Final = "lamp"
MONTH: Final = "2026-07"
COUNTRY: Final = "GR"

SALES: Final = Step(
    wants="sum what was sold of lamps in July",
    tool="shop__sales_by_country",
    arguments={"sku": SKU, "month": MONTH},
    shows=("country", "buyers", "sold", "revenue"),
)
BUYERS: Final = Step(
    wants="rank who buys most in Greece",
    tool="shop__top_buyers",
    arguments={"country": COUNTRY},
    learns={Blank.PSEUDONYM: "buyer"},
    shows=("buyer", "orders"),
)
WRITERS: Final = Step(
    wants="rank who complains most in Greece",
    tool="shop__top_writers",
    arguments={"country": COUNTRY},
    shows=("writer", "tickets"),
)

CURIOUS: Final = Chapter(
    title="It wants to know who they are",
    steps=(
        Step(
            wants="see one day, when one customer bought",
            tool="shop__sales_by_country",
            arguments={"sku": SKU, "month": f"{MONTH}-03"},
            expects=Reason.ARGUMENTS_INVALID,
        ),
        Step(
            wants="read a customer's orders",
            tool="shop__orders_of_customer",
            arguments={"customer_id": 1_001},
            expects=Reason.UNKNOWN_TOOL,
        ),
        Step(
            wants="write to the best buyer",
            tool="mail__send",
            arguments={"to": Blank.PSEUDONYM, "subject": "Hello", "body": "Who are you?"},
            expects=Reason.UNKNOWN_TOOL,
        ),
    ),
)

MORE: Final = Step(
    wants="copy the rest of the shop, country by country",
    tool="shop__top_buyers",
    arguments={"country": Blank.NEXT},
    expects=Reason.BUDGET_SPENT,
)
"""Taken for each other country until the budget of rows is spent."""
