"""A principal has one name, and no two have the same."""

from hypothesis import given
from hypothesis import strategies as st

from broker.model.task import Principal

TEXT = st.text(alphabet=":%a3A/", max_size=6)


@given(TEXT, TEXT, TEXT, TEXT)
def test_two_principals_never_share_a_name(issuer, sub, other_issuer, other_sub):
    one, other = Principal(issuer=issuer, sub=sub), Principal(issuer=other_issuer, sub=other_sub)
    assert (str(one) == str(other)) == (one == other)


def test_a_plain_one_is_written_plainly():
    assert str(Principal(issuer="local", sub="maria")) == "local:maria"
