"""A source's URL of PostgreSQL: what is taken, and that nothing is said over a wire that anybody can read."""

from pathlib import Path

import pytest

from broker.adapters.sql.engines import engine
from broker.adapters.sql.postgres import driver
from broker.adapters.sql.postgres.address import Address, address

ROOT = Path("/etc/broker")


def read(url, password="env:PW"):
    return address(url, password, ROOT)


def test_a_whole_url():
    found = read("postgresql://broker_shop@db.example:6432/shop?sslmode=verify-full&sslrootcert=ca.pem")
    assert found == Address(
        host="db.example",
        port=6432,
        user="broker_shop",
        database="shop",
        sslmode="verify-full",
        sslrootcert="/etc/broker/ca.pem",
        password="env:PW",
    )
    assert "PW" not in repr(found)


@pytest.mark.parametrize(
    ("url", "host", "port", "sslmode"),
    [
        ("postgresql://u@127.0.0.1/d", "127.0.0.1", 5432, "disable"),
        ("postgres://u@localhost:1/d", "127.0.0.1", 1, "disable"),
        ("postgresql://u@[::1]:5433/d", "::1", 5433, "disable"),
        ("postgresql://u@127.9.9.9/d?sslmode=require", "127.9.9.9", 5432, "require"),
        ("postgresql://u@/d?host=/run/postgresql", "/run/postgresql", 5432, "disable"),
        ("postgresql://u@/d?host=%2Ftmp%2Fa%20b&port=9", "/tmp/a b", 9, "disable"),
        ("postgresql://u@10.0.0.1/d", "10.0.0.1", 5432, "verify-full"),
        ("postgresql://u@[2001:db8::1]/d", "2001:db8::1", 5432, "verify-full"),
        ("postgresql://u@db.example/d", "db.example", 5432, "verify-full"),
    ],
)
def test_off_this_machine_the_server_is_always_verified(url, host, port, sslmode):
    found = read(url)
    assert (found.host, found.port, found.sslmode) == (host, port, sslmode)
    assert found.sslrootcert == ("system" if sslmode == "verify-full" else "")


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "db.example", "127.1", "0x7f.0.0.1", "localhost.example", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", ""])
def test_nothing_less_will_do_off_this_machine(host, mode):
    expected, mend = read(f"postgresql://u@{host}/d?sslmode={mode}")
    assert "verify-full" in expected
    assert "verify-full" in mend


def test_a_password_has_no_place_in_a_url():
    for url in ("postgresql://u:hunter2@127.0.0.1/d", "postgresql://u:@127.0.0.1/d"):
        expected, mend = read(url)
        assert "without a password" in expected
        assert "env:" in mend
        assert "hunter2" not in expected + mend


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://127.0.0.1/d", "postgresql://u@127.0.0.1", "postgresql://u@127.0.0.1/", "postgresql://@h/d"),
        *("postgresql:u@127.0.0.1/d", "postgresql://u@127.0.0.1/d#x", "postgresql://u@127.0.0.1/a/b"),
        *(
            "postgresql://u@/d",
            "postgresql://u@/d?host=",
            "postgresql://u@/d?host=tmp",
            "postgresql://u@/d?host=@abstract",
        ),
        *("postgresql://u@/d?host=/a,/b", "postgresql://u@h1,h2/d", "postgresql://u@h/d?host=/tmp"),
        *("postgresql://u@h:0/d", "postgresql://u@h:65536/d", "postgresql://u@h:x/d", "postgresql://u@h:٣/d"),
        *("postgresql://u@127.0.0.1/d?port=5", "postgresql://u@/d?host=/tmp&port=0", "postgresql://u@127.0.0.1/d?x"),
        *("postgresql://u@127.0.0.1/d?options=-c%20x", "postgresql://u@127.0.0.1/d?hostaddr=10.0.0.1"),
        *("postgresql://u@127.0.0.1/d?password=x", "postgresql://u@127.0.0.1/d?service=x"),
        *("postgresql://u@127.0.0.1/d?sslmode=disable&sslmode=disable", "postgresql://u@127.0.0.1/d?sslkey=x"),
        *("postgresql://u@127.0.0.1/d?sslmode=DISABLE", "postgresql://u@127.0.0.1/d?sslrootcert=ca.pem"),
        *("postgresql://u@db.example/d?sslrootcert=", f"postgresql://{'u' * 64}@127.0.0.1/d", "postgresql://u%00@h/d"),
        *(f"postgresql://u@127.0.0.1/{'é' * 32}", "postgresql://u@127.0.0.1/d%0A", " postgresql://u@127.0.0.1/d"),
    ],
)
def test_what_is_no_address_is_none(url):
    found = read(url)
    assert isinstance(found, tuple), found
    assert all(found)


@pytest.mark.parametrize("user", ["postgres", "shop", "Broker_shop", "broker_", "broker_sh%20op", f"broker_{'x' * 53}"])
def test_a_source_connects_as_the_role_that_was_made_for_it(user):
    found = engine({"url": f"postgresql://{user}@127.0.0.1/d", "password": None}, ROOT)
    assert found.path == ("url",)
    assert "broker_shop" in found.expected


def test_where_its_driver_is_not_installed_a_source_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(driver, "find_spec", lambda name: None if name == "pglast" else object())
    found = engine({"url": "postgresql://broker_shop@127.0.0.1/d", "password": None}, ROOT)
    assert (found.path, found.of_source) == (("url",), True)
    assert "toolbroker[postgres]" in found.mend
