"""Who counts as whom is read whole, and what cannot be meant is told with its mend."""

import json

import pytest

from broker.main.identity import known
from broker.model.faults import ConfigError
from broker.settings import read
from broker.tokens.keys import new_key, private_text, public

US = "http://127.0.0.1:8750/mcp"
ISSUER = '[[identity.issuers]]\nurl = "https://login.example"\n'
AGENT = """[[identity.agents]]
name = "a-1"
key = "a.pub"
owner = "o"
model = "m"
provider = "p"
review_by = 2030-01-01
"""


@pytest.fixture
def said(tmp_path):
    key = new_key()
    (tmp_path / "a.pub").write_text(json.dumps(dict(public(key))))
    (tmp_path / "a.key").write_text(private_text(key))

    def said(text):
        (tmp_path / "broker.toml").write_text(text)
        return known(read(tmp_path / "broker.toml"), US)

    return said


def test_an_issuer_speaks_for_us_and_for_no_role_that_is_not_listed(said):
    found = said(ISSUER + AGENT)
    (issuer,) = found.issuers.values()
    assert (issuer.audience, issuer.roles, issuer.delegates) == (US, {}, {})
    assert (issuer.types, issuer.algorithms) == ({"at+jwt"}, {"RS256"})
    assert found.places == {"https://login.example": None}
    assert found.agents["a-1"].roles == frozenset()


def test_without_a_word_nobody_counts(said):
    found = said("")
    assert (found.issuers, found.agents) == ({}, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ISSUER.replace("https", "http"), "no https URL"),
        (ISSUER + 'jwks = "http://login.example/jwks"\n', "no https URL"),
        (ISSUER + 'algorithms = ["HS256"]\n', "HS256"),
        (ISSUER + 'algorithms = ["none"]\n', "none"),
        (ISSUER + "algorithms = []\n", "algorithms"),
        (ISSUER + ISSUER, "stands twice"),
        (AGENT + AGENT, "stands twice"),
        (AGENT.replace("a.pub", "b.pub"), "no public key"),
        (AGENT.replace("a.pub", "a.key"), "no public key"),
        (AGENT.replace("a.pub", "broker.toml"), "no public key"),
        (AGENT.replace("a-1", "A 1"), "name"),
        (AGENT.replace("review_by = 2030-01-01\n", ""), "review_by"),
        (ISSUER + 'secret = "x"\n', "secret"),
    ],
)
def test_what_cannot_be_meant_is_told(text, told, said):
    with pytest.raises(ConfigError) as found:
        said(text)
    assert told in "\n".join(str(one) for one in found.value.problems)
