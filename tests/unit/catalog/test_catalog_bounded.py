"""Which constraints let the file, and not what an agent has read, choose the value?"""

from decimal import Decimal

import pytest

from broker.catalog.scope_checks import is_bounded
from broker.model.constraint import (
    All,
    Anything,
    EmailAt,
    Field,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    NoLinks,
    OneOf,
    Param,
    PathUnder,
    Range,
    UrlIn,
)

NINE = Decimal(9)
WEB = UrlIn(schemes=("https",), hosts=("example.com",), ports=None, paths=None)


@pytest.mark.requirement("guards")
@pytest.mark.parametrize(
    ("constraint", "bounded"),
    [
        (OneOf((1,)), True),
        (Param("n"), True),
        (HandleOf(frozenset({"email"})), True),
        (Range(None, NINE), True),
        (Range(NINE, None), False),
        (Items(None, 3, OneOf(("a",))), True),
        (Items(None, 3, Like(("a*",))), False),
        (Items(None, 3, None), False),
        (Fields((("a", Field(OneOf((1,)))), ("b", Field(Param("n"))))), True),
        (Fields((("a", Field(OneOf((1,)))), ("b", Field(Anything())))), False),
        (All((Like(("a*",)), OneOf(("ab",)))), True),
        (All((Like(("a*",)), Length(None, 3))), False),
        (Anything(), False),
        (Like(("a*",)), False),
        (Length(1, 3), False),
        (EmailAt(("example.com",)), False),
        (WEB, False),
        (PathUnder("reports"), False),
        (NoLinks(), False),
    ],
    ids=str,
)
def test_authority_beside_strangers_words_is_chosen_by_the_file(constraint, bounded):
    assert is_bounded(constraint) is bounded
