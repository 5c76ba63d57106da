"""What an operator is told before the first call: is PostgreSQL there, with the views that a source needs?"""

import pytest

from tests import pg, pg_shop

READS = {"product": frozenset({"sku", "title"})}


@pytest.fixture
def shop(pg_shop_database, monkeypatch):
    return pg_shop.connected(pg_shop_database, monkeypatch)


def test_where_all_is_there_nothing_is_missing(shop):
    assert shop.missing(READS) is None
    assert shop.missing(READS, veiled=True) is None


def test_a_view_or_a_column_that_is_not_there_is_named_with_its_mend(shop):
    mend = "run the SQL that `broker sql grants shop` prints"
    assert shop.missing({"order": frozenset()}) == f"no view `broker_shop_raw.order`; {mend}"
    assert shop.missing({"order": frozenset()}, veiled=True) == f"no view `broker_shop.order`; {mend}"
    price = {"product": frozenset({"sku", "price"})}
    assert shop.missing(price) is None
    assert shop.missing(price, veiled=True) == f"no column `broker_shop.product.price`; {mend}"


@pytest.mark.parametrize(
    "revoke",
    [
        "REVOKE SELECT ON broker_shop_raw.product FROM broker_shop_raw",
        "REVOKE USAGE ON SCHEMA broker_shop_raw FROM broker_shop_raw",
    ],
)
def test_a_view_that_the_role_may_not_read_is_not_there(shop, pg_shop_database, revoke):
    pg_shop_database.run(revoke)
    assert "no view `broker_shop_raw.product`" in shop.missing(READS)


def test_a_server_that_cannot_be_asked_is_said_so_and_no_password(pg_shop_database, monkeypatch):
    shop = pg_shop.connected(pg_shop_database, monkeypatch, password="not-it-hunter2")
    found = shop.missing(READS)
    assert found.startswith("PostgreSQL cannot be asked: ")
    assert "hunter2" not in found
    assert pg.PASSWORD not in found


def test_a_password_that_is_not_there_is_named_by_its_ref(shop, monkeypatch):
    monkeypatch.delenv(pg.PASSWORD_ENV)
    assert pg.PASSWORD_ENV in shop.missing(READS)
