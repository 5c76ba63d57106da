"""Whoever is not the server that is meant is told nothing: no name, no database, no password."""

import socket
import ssl
import threading
from contextlib import closing, contextmanager, suppress

import pytest

from broker.model.faults import ToolFault
from tests import pg, pg_shop
from tests.certified import certificate

_ASKS_FOR_PASSWORD = b"R\0\0\0\x08\0\0\0\x03"


@contextmanager
def listening(files, answer=b"S", host="127.0.0.1"):
    """Where the server should be: takes TLS with this certificate, and asks for the password in the clear."""
    heard = []

    def serve():
        plain, _ = listener.accept()
        with plain:
            asked = plain.recv(8)  # for TLS, before anything else is said
            assert len(asked) == 8
            plain.sendall(answer)
            if answer != b"S":
                heard.append(plain.recv(4096))
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*files)
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as secret:
                heard.append(secret.recv(4096))
                secret.sendall(_ASKS_FOR_PASSWORD)
                heard.append(secret.recv(4096))

    with closing(socket.create_server((host, 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(5)


def ask(port, issuers, monkeypatch, host="127.0.0.1"):
    url = f"postgresql://{pg_shop.ROLE}@{host}:{port}/shop?sslmode=verify-full&sslrootcert={issuers}"
    fault = pg_shop.ask(pg_shop.connected(None, monkeypatch, url=url), "SELECT 1 AS x")
    assert isinstance(fault, ToolFault)
    assert str(fault) == "source unavailable"
    return str(fault.__cause__)


@pytest.fixture
def files(tmp_path):
    return certificate(tmp_path)


def test_a_server_whose_certificate_is_known_is_told_who_asks(files, monkeypatch):
    with listening(files) as (port, heard):
        ask(port, files[0], monkeypatch)
    assert pg_shop.ROLE.encode() in heard[0]
    assert pg.PASSWORD.encode() in heard[1]


def test_a_server_with_a_certificate_that_nobody_knows_is_told_nothing(files, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    others = certificate(tmp_path / "other")
    with listening(others) as (port, heard):
        assert "certificate verify failed" in ask(port, files[0], monkeypatch)
    assert b"".join(heard) == b""


def test_a_server_that_the_system_does_not_know_is_told_nothing(files, monkeypatch):
    with listening(files) as (port, heard):
        assert "certificate verify failed" in ask(port, "system", monkeypatch)
    assert b"".join(heard) == b""


def test_a_certificate_of_another_name_is_told_nothing(files, monkeypatch):
    with listening(files, host="127.0.0.2") as (port, heard):
        assert "does not match" in ask(port, files[0], monkeypatch, host="127.0.0.2")
    assert b"".join(heard) == b""


def test_a_server_that_takes_no_tls_is_not_spoken_to_without_it(files, monkeypatch):
    with listening(files, answer=b"N") as (port, heard):
        assert "SSL" in ask(port, files[0], monkeypatch)
    assert b"".join(heard) == b""
