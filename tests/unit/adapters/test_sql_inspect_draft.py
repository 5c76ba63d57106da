"""A draft is a source file: it loads as it is, says why of every class, and holds no value."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broker.adapters.sql.inspect.draft import Facts, draft
from broker.adapters.sql.inspect.look import Look
from broker.adapters.sql.inspect.propose import propose
from broker.adapters.sql.inspect.schema import Column, Family, LeftOut, Reference, Schema, Table
from broker.catalog.report import Report
from broker.catalog.tree import Map, Text
from broker.catalog.yaml_text import parse
from broker.main.rules import catalog
from broker.model.faults import ConfigError
from broker.settings import Settings
from tests.inspect_kit import CANARIES, build, proposed

FACTS = Facts(
    source="crm",
    url="${CRM_DB_URL:-sqlite:///traps.db}",
    password=None,
    owner="to-be-named",
    today=date(2026, 11, 28),
)


@pytest.fixture
def text(tmp_path):
    return draft(proposed(build(tmp_path / "traps.db")), FACTS)


def loaded(folder, text):
    for name in ("tools/crm", "scopes"):
        (folder / name).mkdir(parents=True)
    (folder / "tools/crm/source.yaml").write_text(text, encoding="utf-8")
    return catalog(Settings(root=folder))


def test_a_draft_loads_and_agents_see_nothing_of_it(tmp_path, text):
    found, warnings = loaded(tmp_path, text)
    assert (found.specs(), warnings) == ((), ())


def test_what_is_drafted_can_be_called_once_it_is_active(tmp_path, text):
    found, _ = loaded(tmp_path, text.replace("state: draft", "state: active"))
    assert [one.name for one in found.specs()] == ["crm.query"]


def test_what_an_admin_gets_wrong_in_a_draft_is_said_while_it_is_one(tmp_path, text):
    with pytest.raises(ConfigError, match="unknown class"):
        loaded(tmp_path, text.replace("contact: email", "contact: e-mial"))


def test_it_says_why_and_holds_no_value(text):
    assert "contact: email                  # by sample, 100% of it" in text
    assert '    "no": public' in text
    assert "# unsure: by name, a title" in text
    assert "review_by: 2027-02-26" in text
    assert not [word for word in CANARIES if word in text]


def test_what_is_about_secrets_is_not_for_the_agents_own_queries(text):
    tools = text.partition("\ntools:")[2]
    assert "Not for it, for what they are about: api_credentials" in tools
    assert "api_credentials" not in tools.partition("max_rows")[0]


def test_ways_that_are_not_sure_are_comments(text):
    owners = text.partition("owner_key:\n")[2].partition("\n\n")[0].splitlines()
    said = [line.strip() for line in owners if not line.startswith("#")]
    assert said == ["sales order: customer_id", "order_line: order_id -> sales order.id"]
    (message,) = [line for line in owners if "message" in line]
    assert message.startswith("#")
    assert "sender" in message
    assert "reader" in message


_NAMES = st.one_of(
    st.sampled_from(["no", "y", "NULL", "true", "on", "Order Details", "a-b", "x ", "_", "id", "customer id", "", "é"]),
    st.text(alphabet="aB_1 -:#'\"{}[],&*!|>%@`\n\u202e\u00e9", max_size=8),
)
_COLUMNS = st.builds(Column, name=_NAMES, family=st.sampled_from(Family), look=st.just(Look()))


@st.composite
def schemas(draw):
    """Two tables and what was left out; the first has keys to both, of any of the names."""
    first, second = (draw(_NAMES), draw(st.lists(_COLUMNS, min_size=1, max_size=3)))
    others = (draw(_NAMES), draw(st.lists(_COLUMNS, min_size=1, max_size=2)))
    tables = []
    for name, columns in ((first, second), others):
        key = columns[0].name
        keys = tuple(Reference(columns=(key,), table=there, target=(key,)) for there in (first, others[0]))
        tables.append(Table(name=name, columns=tuple(columns), primary=(key,), references=keys))
    return Schema(tables=tuple(tables), left_out=(LeftOut(name=draw(_NAMES), why="a view"),))


@settings(max_examples=50, deadline=None)
@given(schemas())
def test_any_names_come_back_as_they_are_or_are_left_out(schema):
    found = propose(schema)
    assume(found.tables)
    report = Report("source.yaml")
    root = parse(draft(found, FACTS).encode(), report)
    assert not report.problems
    assert isinstance(root, Map)
    said = {key.value: node for key, node in root.entries}
    listed = {(table.value, one.value) for table, columns in said["tables"].entries for one, _ in columns.entries}
    assert listed == {(table.name, column.name) for table in found.tables for column in table.columns}
    assert all(isinstance(node, Text | Map) for node in said.values())
