"""Does the house of the design load, and does it say what its files say?"""

from decimal import Decimal

from broker.model.constraint import All, HandleOf, Length, NoLinks, Param, Range
from broker.model.scope import Given, Lookup


def test_the_designs_own_house_loads(house):
    assert house.problems() == []


def test_a_scope_says_what_its_file_says(house):
    catalog, warnings = house.load()
    scope = catalog.scope("support-refund")
    assert warnings == ()
    assert scope.parameters["ticket"] == Given(type="integer", constraint=Range(Decimal(1), None))
    assert scope.parameters["order"] == Lookup(tool="shop.ticket_order", argument="ticket", key="ticket")
    assert next(iter(scope.parameters)) == "ticket"
    refund, send = scope.tools["pay.refund"], scope.tools["mail.send"]
    assert refund.arguments["order_id"].constraint == Param("order")
    assert refund.arguments["amount"].constraint == Range(Decimal("0.01"), Decimal(100))
    assert send.arguments["to"].constraint == HandleOf(frozenset({"email"}))
    assert send.arguments["subject"].constraint == All((Length(None, 120), NoLinks()))
    assert scope.ceiling.sums == {"pay.refund.amount": Decimal(500)}
    assert (scope.expires, scope.lifetime, scope.seal) == (900.0, 28800.0, True)
