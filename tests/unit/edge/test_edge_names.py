"""Which names are ours, and whose pages may call."""

import pytest

from broker.edge.http import _security
from broker.settings import Server


@pytest.mark.requirement("names")
def test_our_names_are_those_that_were_said_and_no_page_may_call():
    found = _security(Server(hosts=("tools.example",)))
    names = {name.removesuffix(":*") for name in found.allowed_hosts}
    assert names == {"127.0.0.1", "localhost", "[::1]", "tools.example"}
    assert found.enable_dns_rebinding_protection
    assert found.allowed_origins == []


def test_a_page_that_was_listed_may_call():
    assert _security(Server(origins=("https://desk.example",))).allowed_origins == ["https://desk.example"]
