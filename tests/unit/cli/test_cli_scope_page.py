"""A scope on one page says whose calls its ceiling adds up."""

from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from broker.cli.scope_page import page
from broker.model.scope import Ceiling, Per
from tests.kit import DEFAULTS, Shelf, scope, spec


@pytest.mark.parametrize(
    ("per", "who"), [(Per.PRINCIPAL, "a person"), (Per.ACTOR, "an agent"), (Per.SUBJECT, "whose data it is")]
)
def test_the_page_says_whose_calls_a_ceiling_adds_up(per, who):
    one = scope(ceiling=Ceiling(window=86_400.0, per=per, calls=5, sums={"t.t.n": Decimal(500)}))
    console = Console(width=120, record=True, file=StringIO())
    console.print(page(one, Shelf(one, {"t.t": (spec(), None)}), DEFAULTS))
    (line,) = [line for line in console.export_text().splitlines() if "over all tasks" in line]
    assert line.split() == f"{who} 5 calls, t.t.n up to 500 in 1 d, over all tasks".split()
