"""What a source file may say of a tool that runs an agent's own SELECT."""

import pytest

SOURCE = """\
source: shop
kind: sql
description: A shop.
url: sqlite:///data/shop.db
owner: sales
risk: high
review_by: 2027-06-30
state: active
timeout: 7s
tables:
  customer: {id: public, email: email}
  orders: {id: public}
tools:
  query: {description: Ask., effect: read, select: {tables: [customer, orders], max_rows: 50, timeout: 2s}}
"""
TOLD = [
    ("{tables: [customer], max_rows: 0}", "expected a whole number above zero"),
    ("{tables: [custmer]}", "unknown table `custmer`; did you mean `customer`?"),
    ("{tables: []}", "expected a list of tables"),
    ("{max_rows: 5}", "expected the key `tables`"),
    ("[customer]", "expected `{tables: [table, ...]}`"),
    ("{tables: [customer], rows: 5}", "unknown key `rows`"),
    ("{tables: [customer]}, sql: a.sql", "`sql` is a key of a tool with a statement of its own"),
    ("{tables: [customer]}, args: {a: {type: string}}", "`args` is a key of a tool with a statement of its own"),
    ("{tables: [customer]}, max_rows: 5", "`max_rows` is a key of a tool with a statement of its own"),
]


def written(house, select):
    house.write(
        "tools/shop/source.yaml",
        SOURCE.partition("  query")[0] + f"  q: {{description: A., effect: read, select: {select}}}\n",
    )
    return house.problems()


def test_its_one_argument_is_the_query_and_its_time_is_its_own(empty):
    empty.write("tools/shop/source.yaml", SOURCE)
    spec = empty.load()[0].spec("shop.query")
    assert (set(spec.arguments), spec.free, spec.max_rows, spec.timeout) == ({"sql"}, True, 50, 2.0)


@pytest.mark.requirement("all-at-once")
@pytest.mark.parametrize(("select", "said"), TOLD, ids=[select for select, _ in TOLD])
def test_what_does_not_fit_is_told_with_its_mend(empty, select, said):
    assert any(said in one for one in written(empty, select))


def test_a_password_is_a_reference_and_never_the_password(empty):
    empty.write("tools/shop/source.yaml", SOURCE.replace("timeout: 7s", "password: hunter2"))
    assert any("expected where it is kept" in one for one in empty.problems())
    empty.write("tools/shop/source.yaml", SOURCE.replace("timeout: 7s", "password: env:SHOP_DB_PASSWORD"))
    assert empty.problems() == []
