"""A block narrows and never widens, says what it does not understand, and closes an argument to handles it judges."""

import pytest

from broker.catalog.classes import known
from broker.catalog.narrowing import MOST, MOST_GLOBS, MOST_OF_GLOBS, narrow
from broker.model.chain import Chain
from broker.model.constraint import Anything, Field, HandleOf, Range
from broker.model.grant import Grant
from broker.model.scope import RowsAny
from broker.model.task import Parameter, SaidBy
from broker.model.tool import Argument, Policy
from tests.kit import Shelf, scope, spec, task, tool_grant

ARGUMENTS = {
    "n": Argument(schema={"type": "integer"}, required=True, policy=None, handles=frozenset()),
    "t": Argument(schema={"type": "string"}, required=False, policy=Policy.IDENTIFIER, handles=frozenset()),
    "to": Argument(schema={"type": "string"}, required=False, policy=Policy.EMAIL, handles=frozenset({"email"})),
}
GRANTED = {
    "n": Field(Range(1, 100)),
    "t": Field(Anything(), optional=True),
    "to": Field(Anything(), optional=True),
}
ONLY = {"t.t": {"args": {"n": "..50"}}}


def narrowed(*blocks, granted=None, parameters=None):
    of = scope({"t.t": tool_grant(granted or GRANTED, RowsAny("x"))})
    whole = Shelf(of, {"t.t": (spec(arguments=ARGUMENTS), None)})
    grant = whole.grant(task(of, parameters=parameters or {}), 10.0)
    made = {"prev": "", "cnf": {}, "iat": 0}
    claims = tuple(
        {**made, "jti": f"b{place}", "act": {"sub": f"a{place}"}, "exp": 20 - place, **one}
        for place, one in enumerate(blocks)
    )
    links = tuple(f"l{place}" for place in range(len(blocks) + 1))
    chain = Chain(root={"jti": "r"}, blocks=claims, sealed=False, holder="", digest="", links=links)
    return narrow(grant, chain, known({}))


def fits(grant, **arguments):
    return "t.t" in grant.tools and grant.tools["t.t"].misfit(arguments) is None


@pytest.mark.requirement("narrowing")
def test_each_block_narrows_what_the_one_before_left():
    once, twice = narrowed({"tools": ONLY}), narrowed({"tools": ONLY}, {"tools": {"t.t": {"args": {"n": "10.."}}}})
    assert [fits(once, n=one) for one in (1, 50, 51)] == [True, True, False]
    assert [fits(twice, n=one) for one in (9, 10, 50, 51)] == [False, True, True, False]
    assert twice.tools["t.t"].input_schema["properties"]["n"] == {"type": "integer", "minimum": 10, "maximum": 50}


@pytest.mark.requirement("narrowing")
def test_what_a_block_claims_beyond_its_share_it_does_not_get():
    wider = narrowed({"tools": {"t.t": {"args": {"n": "1..1000"}}, "u.u": {}}})
    assert (set(wider.tools), fits(wider, n=101)) == ({"t.t"}, False)


@pytest.mark.requirement("narrowing")
def test_a_tool_that_a_block_does_not_name_is_gone_for_good():
    assert narrowed({"tools": {}}).tools == {}
    assert narrowed({"tools": {}}, {"tools": ONLY}).tools == {}


def test_it_ends_with_whatever_of_the_chain_ends_first():
    assert [narrowed(*blocks).expires for blocks in ([], [{}], [{"exp": 5}, {}], [{}, {"exp": 3}])] == [10, 10, 5, 3]


def test_a_block_that_says_nothing_of_tools_leaves_them_all():
    assert fits(narrowed({}), n=100)


@pytest.mark.requirement("narrowing")
@pytest.mark.parametrize(
    "claims",
    [
        {"tools": []},
        {"tools": None},
        {"tools": {"t.t": []}},
        {"tools": {"t.t": {"arg": {}}}},
        {"tools": {"t.t": {"args": {"n": {"regex": ".*"}}}}},
        {"tools": {"t.t": {"args": {"n": None}}}},
        {"tools": {"t.t": {"args": {"n": "ten"}}}},
        {"tools": {"t.t": {"args": {"n": []}}}},
        {"tools": {"t.t": {"args": {"x": 1}}}},
        {"tools": {"t.t": {"args": {"n": "$unknown"}}}},
        {"tools": {"t.t": {"args": {"t": {"from": ["goal"]}}}}},
        {"tools": {"t.t": {"rows": {"any": True}}}},
        {"budget": {"calls": 0}},
        {"budget": {"calls": -1}},
        {"budget": []},
        {"budget": {"sum": {"t.t.t": 5}}},
    ],
)
def test_what_cannot_be_understood_leaves_nothing(claims):
    assert isinstance(narrowed(claims), str)


@pytest.mark.requirement("linear")
def test_a_block_has_so_many_constraints_and_no_more():
    many = {f"t{place}": 1 for place in range(MOST + 1)}
    assert narrowed({"tools": {"t.t": {"args": many}}}) == f"segment 1: more than {MOST} values"


def test_a_parameter_of_the_task_may_be_named():
    seven = {"k": Parameter(value=7, said_by=SaidBy.PRINCIPAL)}
    grant = narrowed({"tools": {"t.t": {"args": {"n": "$k"}}}}, parameters=seven)
    assert [fits(grant, n=one) for one in (7, 8)] == [True, False]


@pytest.mark.requirement("handle-no-oracle")
def test_what_a_block_says_of_a_value_closes_the_argument_to_handles():
    handle = "hdl-email-" + "a" * 26
    open_to = {**GRANTED, "to": Field(HandleOf(frozenset({"email"})), optional=True)}
    assert fits(narrowed({}, granted=open_to), n=1, to=handle)
    assert fits(narrowed({"tools": {"t.t": {"args": {"to": {"handle": ["email"]}}}}}, granted=open_to), n=1, to=handle)
    for judged in ({"email": {"domain": ["a.example"]}}, {"eq": "a@b.example"}, {"in": ["a@b.example"]}, {"maxlen": 9}):
        grant = narrowed({"tools": {"t.t": {"args": {"to": judged}}}}, granted=open_to)
        assert isinstance(grant, Grant)
        assert not fits(grant, n=1, to=handle)


def test_who_acts_is_the_agent_and_those_it_handed_on_to():
    assert narrowed({}, {}).actor == f"{narrowed().task.actor}/a0/a1"


@pytest.mark.requirement("linear")
def test_what_a_block_says_is_weighed_before_it_is_read():
    def says(**args):
        return narrowed({"tools": {"t.t": {"args": args}}})

    assert isinstance(says(n=list(range(MOST))), Grant)
    assert says(n=list(range(MOST + 1))) == f"segment 1: more than {MOST} values"
    assert isinstance(says(t={"like": ["a*"] * MOST_GLOBS}), Grant)
    assert says(t={"like": ["a*"] * (MOST_GLOBS + 1)}) == f"segment 1: more than {MOST_GLOBS} globs"
    long = "a" * (MOST_OF_GLOBS // 4)
    assert isinstance(says(t={"like": [long] * 4}), Grant)
    assert (
        says(t={"like": [long, long, long, f"{long}b"]}) == f"segment 1: globs of more than {MOST_OF_GLOBS} characters"
    )
    assert narrowed({"budget": {"sum": {f"t.t.n{one}": 1 for one in range(MOST + 1)}}}) == says(n=list(range(MOST + 1)))


@pytest.mark.requirement("linear")
def test_the_first_thing_that_is_wrong_ends_the_reading():
    assert narrowed({"tools": {"t.t": {"args": {"n": ["x", "y"]}, "rows": 1}}}).startswith("segment 1: ")
    assert narrowed({}, {"tools": []}) == "segment 2: `tools`: expected a map"


def test_only_what_a_block_speaks_of_is_made_anew():
    whole, other = narrowed(), narrowed({"tools": {"t.t": {}}})
    assert other.tools["t.t"].arguments == whole.tools["t.t"].arguments
    assert other.tools["t.t"].input_schema == whole.tools["t.t"].input_schema
