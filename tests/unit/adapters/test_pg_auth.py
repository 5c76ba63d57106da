"""Who gets in: a role with its password, from where its source says, and nobody who asks for it in the clear."""

import socket
import threading
from contextlib import closing, contextmanager

import pytest

from broker.model.faults import Effect
from tests import pg, pg_shop


@pytest.mark.parametrize("password", [None, "wrong", ""])
def test_without_its_password_a_role_gets_nowhere(pg_shop_database, monkeypatch, password):
    monkeypatch.setenv("HOME", "/nonexistent")
    fault = pg_shop.ask(pg_shop.connected(pg_shop_database, monkeypatch, password=password), "SELECT 1 AS x")
    assert (str(fault), fault.effect, fault.is_unreachable) == ("source unavailable", Effect.NONE, True)
    assert pg.PASSWORD not in str(fault.__cause__)


def test_a_role_that_has_no_password_gets_nowhere(pg_shop_database, monkeypatch):
    pg_shop_database.role("broker_bare", password=None)
    url = pg_shop_database.url("broker_bare")
    fault = pg_shop.ask(pg_shop.connected(pg_shop_database, monkeypatch, url=url), "SELECT 1 AS x")
    assert str(fault) == "source unavailable"


def test_a_password_that_is_not_there_is_said_so_without_its_name_leaving(pg_shop_database, monkeypatch):
    shop = pg_shop.connected(pg_shop_database, monkeypatch)
    monkeypatch.delenv(pg.PASSWORD_ENV)
    fault = pg_shop.ask(shop, "SELECT 1 AS x")
    assert (fault.effect, fault.is_unreachable) == (Effect.NONE, True)


def test_an_unknown_database_is_unreachable(pg_shop_database, monkeypatch):
    url = pg_shop_database.url(pg_shop.ROLE).rpartition("/")[0] + "/nothing_here"
    fault = pg_shop.ask(pg_shop.connected(pg_shop_database, monkeypatch, url=url), "SELECT 1 AS x")
    assert (str(fault), fault.is_unreachable) == ("source unavailable", True)


def test_by_the_socket_as_by_an_address(pg_shop_database, monkeypatch):
    if not str(pg_shop_database.server.host).startswith("/"):
        pytest.skip("the server that was given is not known by a socket")
    shop = pg_shop.connected(pg_shop_database, monkeypatch, url=pg_shop_database.socket_url(pg_shop.ROLE))
    assert pg_shop.column(pg_shop.ask(shop, "SELECT sku AS x FROM product")) == ["a", "b", "c"]


@contextmanager
def asking_for_a_password():
    """Somebody who listens where the server should be, and asks as a server may: in the clear."""
    heard = []

    def serve():
        said, _ = listener.accept()
        with said:
            heard.append(said.recv(4096))
            said.sendall(b"R\0\0\0\x08\0\0\0\x03")
            heard.append(said.recv(4096))

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"postgresql://{pg_shop.ROLE}@127.0.0.1:{listener.getsockname()[1]}/shop", heard
        thread.join(5)


def test_no_password_is_said_in_the_clear_to_whoever_asks_for_one(monkeypatch):
    with asking_for_a_password() as (url, heard):
        fault = pg_shop.ask(pg_shop.connected(None, monkeypatch, url=url), "SELECT 1 AS x")
    assert str(fault) == "source unavailable"
    assert len(heard) == 2
    assert pg.PASSWORD.encode() not in b"".join(heard)
