"""What the analyst's agent asks in SQL of its own, as data."""

from __future__ import annotations

from typing import Final

from broker.demo.steps import Chapter, Step
from broker.model.decision import Reason

QUERY: Final = "shop__query"

REVENUE: Final = Step(
    wants="sum revenue by country",
    tool=QUERY,
    arguments={
        "sql": "SELECT c.country, count(DISTINCT c.id) AS buyers, round(sum(o.total)) AS revenue FROM customer AS c"
        " JOIN orders AS o ON o.customer_id = c.id GROUP BY c.country ORDER BY revenue DESC LIMIT 8"
    },
    shows=("country", "buyers", "revenue"),
)
AGAIN: Final = Step(
    wants="find who buys again and again",
    tool=QUERY,
    arguments={
        "sql": "SELECT c.email AS customer, count(*) AS orders FROM customer AS c JOIN orders AS o"
        " ON o.customer_id = c.id GROUP BY c.email HAVING count(*) > 10 ORDER BY orders DESC, customer"
    },
    shows=("customer", "orders"),
)
BY_CARD: Final = Step(
    wants="sort the orders by card",
    tool=QUERY,
    arguments={"sql": "SELECT id, card FROM orders ORDER BY card, id LIMIT 3"},
    shows=("id", "card"),
)
ADDRESSES: Final = Step(
    wants="count the addresses at a host",
    tool=QUERY,
    arguments={"sql": "SELECT count(*) AS found FROM customer WHERE email LIKE '%.example'"},
    shows=("found",),
)

CURIOUS: Final = Chapter(
    title="It wants to know who they are, in other words",
    steps=(
        Step(
            wants="read a table under another's name",
            tool=QUERY,
            arguments={"sql": "WITH customer AS (SELECT secret AS name FROM api_key) SELECT name FROM customer"},
            expects=Reason.ARGUMENTS_INVALID,
        ),
        Step(
            wants="read the numbers to call",
            tool=QUERY,
            arguments={"sql": "SELECT name, phone FROM customer"},
            expects=Reason.ARGUMENTS_INVALID,
        ),
    ),
)

CAST: Final = Step(
    wants="have an error tell an address",
    tool=QUERY,
    arguments={"sql": "SELECT max(CAST(email AS INTEGER)) AS address FROM customer"},
    shows=("address",),
)
"""SQLite makes a number of any text; PostgreSQL fails, and its words hold the value that it failed on."""
