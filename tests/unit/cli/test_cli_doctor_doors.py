"""The doctor looks at the certificate as an agent would, and at who counts as whom as the serving broker does."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from broker.cli import check_identity
from broker.cli.check_certificate import certificate, is_for
from broker.cli.check_identity import identity
from broker.settings import read
from broker.tokens.keys import new_key, public
from tests import certified
from tests.oauth_kit import ISSUER, ISSUER_KEY, Login

TODAY = date(2026, 6, 3)
NOW = datetime(2026, 6, 3, tzinfo=UTC)
URL = "https://broker.example/mcp"


@pytest.fixture
def looked(tmp_path):
    """What is said of a certificate: states and lines."""

    def looked(server="", **more):
        certified.certificate(tmp_path, names=("broker.example",), **more)
        (tmp_path / "key.pem").chmod(0o600)
        said = f'[server]\nurl = "{URL}"\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n{server}'
        (tmp_path / "broker.toml").write_text(said)
        return [(one.state, one.said) for one in certificate(read(tmp_path / "broker.toml"), NOW.timestamp())]

    return looked


TIMES = {
    "long to go": ({}, "ok", "until"),
    "two weeks and a day": ({"end": NOW + timedelta(days=15)}, "ok", "until 2026-06-18"),
    "two weeks": ({"end": NOW + timedelta(days=14)}, "warn", "it ends on 2026-06-17"),
    "over": ({"end": NOW}, "fail", "it ended on 2026-06-03"),
    "not begun": ({"start": NOW + timedelta(days=1)}, "fail", "it begins on 2026-06-04"),
}


@pytest.mark.requirement("certificate")
@pytest.mark.parametrize("name", TIMES)
def test_a_certificate_s_end_is_said_before_it_comes(looked, name):
    more, state, says = TIMES[name]
    ((found, said),) = looked(**more)
    assert found == state
    assert says in said


def test_a_certificate_for_another_host_and_an_open_key_are_said(tmp_path, looked):
    looked()
    (tmp_path / "broker.toml").write_text(
        (tmp_path / "broker.toml").read_text().replace(URL, "https://other.example/mcp")
    )
    (tmp_path / "key.pem").chmod(0o644)
    said = [(one.state, one.said) for one in certificate(read(tmp_path / "broker.toml"), NOW.timestamp())]
    assert [state for state, _ in said] == ["warn", "fail"]
    assert "agents ask for `other.example`" in said[1][1]
    (tmp_path / "key.pem").write_text("x")
    ((state, one),) = [(one.state, one.said) for one in certificate(read(tmp_path / "broker.toml"), NOW.timestamp())]
    assert (state, one.rpartition(": ")[2]) == ("fail", "the certificate or its key is no whole PEM file")


def test_a_star_stands_for_one_whole_label():
    assert is_for("a.example", frozenset({"*.example"}))
    assert not is_for("a.b.example", frozenset({"*.example"}))
    assert not is_for("example", frozenset({"*.example"}))
    assert is_for("127.0.0.1", frozenset({"127.0.0.1"}))


AGENT = '[[identity.agents]]\nname = "a-1"\nkey = "a.pub"\nowner = "sales"\nmodel = "m"\nprovider = "p"\n'


@pytest.fixture
def met(tmp_path, monkeypatch):
    """What is said of who counts: states and lines. `login`: what its issuer answers."""
    (tmp_path / "a.pub").write_text(json.dumps(dict(public(new_key()))))

    def met(text, login=None):
        monkeypatch.setattr(check_identity, "client", lambda _: (Login() if login is None else login).client())
        (tmp_path / "broker.toml").write_text(text)
        return [(one.state, one.said) for one in identity(read(tmp_path / "broker.toml"), TODAY)]

    return met


@pytest.mark.parametrize(
    ("review", "states", "says"),
    [
        ("2026-06-02", ["ok", "warn"], "its review was due on 2026-06-02"),
        ("2026-06-03", ["ok", "warn"], "gets no tokens after 2026-06-03"),
        ("2026-07-03", ["ok", "warn"], "gets no tokens after 2026-07-03"),
        ("2026-07-04", ["ok"], "0 issuers, 1 agents"),
    ],
)
def test_an_agent_whose_review_is_due_is_named_before_it_gets_nothing(met, review, states, says):
    said = met(f"{AGENT}review_by = {review}\n")
    assert [state for state, _ in said] == states
    assert says in said[-1][1]


def issuer(url=ISSUER):
    return f'[[identity.issuers]]\nurl = "{url}"\n'


def test_an_issuer_that_cannot_be_asked_is_a_warning_with_its_reason(met):
    assert met(issuer()) == [("ok", "1 issuers, 0 agents"), ("ok", f"{ISSUER}: 1 keys")]
    (_, (state, said)) = met(issuer(), Login(status=500))
    assert (state, said.rpartition(": ")[2]) == ("warn", "the issuer answered with HTTP 500")
    whole = ISSUER_KEY.as_dict(private=False)
    weak = [{**whole, "n": whole["n"][:172], "kid": "k"}]  # of some thousand bits
    (_, (state, said)) = met(issuer(), Login(keys=weak))
    assert (state, "RSA has 2048 bits or more" in said) == ("warn", True)
    here = "http://127.0.0.1:8760"
    said = met(issuer(here), Login(metadata={"issuer": here, "jwks_uri": f"{here}/jwks"}))
    assert [state for state, _ in said] == ["ok", "ok", "warn"]
    assert "in clear text on this machine" in said[2][1]


def test_what_would_keep_the_broker_from_starting_is_red_and_who_lists_nobody_hears_nothing(met):
    ((state, said),) = met(issuer("http://login.example"))
    assert (state, "no https URL" in said) == ("fail", True)
    assert met("") == []
