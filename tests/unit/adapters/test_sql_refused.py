"""Files that must not load, each with what it is told."""

import logging
from pathlib import Path

import pytest

from broker.model.tool import Argument, Misfit
from tests import kit, sql_kit
from tests.sql_kit import MAIL, NUMBER, TEXT

VECTORS = Path(__file__).parents[2] / "vectors" / "sql"
DIALECTS = ("sqlite", "postgres")
# Those at the top are hostile in both; a first line `-- refused: a | b` holds the words of either.
EACH = [
    pytest.param(dialect, path, id=f"{dialect}-{path.stem}")
    for dialect in DIALECTS
    for path in sorted([*VECTORS.glob("*.sql"), *(VECTORS / dialect).glob("*.sql")])
]
PROBES = [one for one in EACH if one.values[1].stem.startswith("a_probe")]
GUESS = ":guess"
LIST = Argument(schema={"type": "array"}, required=True, policy=None, handles=frozenset())
OBJECT = Argument(schema={"type": "object"}, required=True, policy=None, handles=frozenset())


@pytest.fixture(autouse=True)
def quiet():
    """What the reader does not know it tells its log, with the text."""
    logging.getLogger("sqlglot").setLevel(logging.ERROR)


def read(path):
    return path.read_text(encoding="utf-8").partition("\n")[2]


def tried(folder, dialect, sql, guess=TEXT, **more):
    arguments = {"guess": guess} if guess is not None and GUESS in sql else {}
    return sql_kit.readable(folder, sql, sql_kit.SOURCES[dialect], arguments, kit.leaf("email"), **more)


def test_there_are_vectors():
    assert [sum(one.values[0] == dialect for one in EACH) for dialect in DIALECTS] > [120, 200]


@pytest.mark.requirement("named-queries")
@pytest.mark.parametrize(("dialect", "path"), EACH)
def test_a_hostile_file_does_not_load(tmp_path, dialect, path):
    first, _, sql = path.read_text(encoding="utf-8").partition("\n")
    arguments = {"guess": TEXT} if GUESS in sql else {}
    found = sql_kit.compiled(tmp_path, sql, arguments, sql_kit.SOURCES[dialect])
    assert all(isinstance(one, Misfit) for one in found)
    said = [f"{one.expected}; {one.mend}" for one in found]
    expected = first.removeprefix("-- refused: ").split(" | ")
    assert any(words in one for words in expected for one in said), said


@pytest.mark.parametrize(("dialect", "path"), PROBES)
def test_a_probe_loads_where_it_is_said(tmp_path, dialect, path):
    found = tried(tmp_path, dialect, read(path), probe=3)
    assert not isinstance(found[0], Misfit), found


@pytest.mark.parametrize(("dialect", "path"), PROBES)
def test_what_the_broker_binds_is_no_guess(tmp_path, dialect, path):
    found = tried(tmp_path, dialect, read(path), None, bind={"guess": "customer"})
    assert not isinstance(found[0], Misfit), found


# What stands behind a handle is compared in an order, by a pattern or in part.
IN_PART = frozenset(
    f"a_probe_by_{name}"
    for name in (
        *("having", "between", "like", "limit", "a_cut", "a_cut_of_a_union", "nullif"),
        *("ilike", "not_ilike", "all", "distinct_on_alone", "symmetric_between", "greatest", "json_path"),
        *("a_parameter_limit", "a_cut_of_new_rows"),
    )
) | {"a_probe_in_an_arm", "a_probe_through_a_subquery"}


@pytest.mark.requirement("probe")
@pytest.mark.parametrize(("dialect", "path"), PROBES)
def test_where_a_guess_would_tell_only_a_handle_may_stand_and_only_as_a_whole(tmp_path, dialect, path):
    found = tried(tmp_path, dialect, read(path), MAIL)
    if path.stem in IN_PART:
        assert any("by `=`, `<>` or IN alone" in one.expected for one in found if isinstance(one, Misfit)), found
    else:
        assert found[1].handle_only == {"guess"}


HARMLESS = {
    "a public column": "SELECT email FROM customer WHERE id = :guess",
    "a public column beside a private condition": "SELECT id FROM customer WHERE id = :guess AND email IS NOT NULL",
    "a stored value": "UPDATE customer SET email = :guess WHERE id = 1",
    "a text added to": "UPDATE customer SET name = name || :guess",
    "an arm that nothing compares": "SELECT email AS x FROM customer UNION ALL SELECT :guess",
    "an arm of a public column": "SELECT 1 AS x WHERE EXISTS (SELECT id FROM customer INTERSECT SELECT :guess)",
    "a limit": "SELECT email FROM customer LIMIT :guess",
    "a subquery": "SELECT email FROM customer WHERE id = (SELECT boss FROM customer WHERE id = :guess)",
    "a new row": "INSERT INTO customer (id, name, email) VALUES (:guess, 'a', 'b')",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("sql", HARMLESS.values(), ids=HARMLESS)
def test_what_meets_no_private_column_loads(tmp_path, dialect, sql):
    said = {name: kit.leaf("email") for name in ("x",) if f"AS {name}" in sql}
    found = sql_kit.compiled(tmp_path, sql, {"guess": NUMBER}, sql_kit.SOURCES[dialect], returns=said)
    assert not isinstance(found[0], Misfit), found


TOOLS = {
    "an argument that is not used": ({"arguments": {"x": NUMBER}}, ("args", "x")),
    "a binding that is not used": ({"bind": {"x": "p"}}, ("bind", "x")),
    "a key that is not used": ({"idempotency": "x"}, ("idempotency",)),
    "a list of anything": ({"arguments": {"x": LIST}}, ("args", "x")),
    "an object": ({"arguments": {"x": OBJECT}}, ("args", "x")),
    "no rows": ({"max_rows": 0}, ("max_rows",)),
    "writes of a read": ({"max_affected": 1}, ("max_affected",)),
    "a class of no column": ({"returns": {"nope": kit.leaf()}}, ("returns", "nope")),
    "a softer class": ({"returns": {"email": kit.leaf()}}, ("returns", "email")),
    "another class": ({"returns": {"email": kit.leaf("phone")}}, ("returns", "email")),
}


@pytest.mark.parametrize(("said", "path"), TOOLS.values(), ids=TOOLS)
def test_a_tool_that_does_not_agree_with_its_statement_is_told_where(tmp_path, said, path):
    found = sql_kit.compiled(tmp_path, "SELECT id, email FROM customer", **said)
    assert path in [one.path for one in found]


@pytest.mark.parametrize("file", [None, "nope.sql", "../query.sql", "query.txt", "/query.sql", "a/../query.sql"])
def test_only_a_file_beside_the_source_is_read(tmp_path, file):
    sql_kit.compiled(tmp_path, "SELECT id FROM customer")
    tool = {"sql": file, "arguments": {}, "bind": {}, "timeout": 1.0}
    found = sql_kit.Sql(root=tmp_path).compile(sql_kit.SOURCE, "q", tool, tmp_path)
    assert [one.path for one in found] == [("sql",)]


SOURCES = {
    "a URL with settings": ({"url": "sqlite:///x.db?mode=rwc"}, ("url",), "URL"),
    "memory": ({"url": "sqlite://"}, ("url",), "URL"),
    "a subject of no table": ({"subject": "nope.id"}, ("subject",), "not a listed column"),
    "a key of no column": ({"owner_key": {"order": "nope"}}, ("owner_key", "order"), "not a listed column"),
    "a key to nowhere": ({"owner_key": {"order": "id -> nope.id"}}, ("owner_key", "order"), "not a listed column"),
    "a key to a table of nobody": ({"owner_key": {"order": "id -> product.sku"}}, ("owner_key", "order"), "product"),
    "a circle": (
        {"owner_key": {"order": "id -> order_line.order_id", "order_line": "order_id -> order.id"}},
        ("owner_key", "order"),
        "ends at the subject",
    ),
    "keys without a subject": ({"subject": None}, ("owner_key",), "subject"),
    "a name with a quote": ({"tables": {'a"b': {"x": kit.leaf()}}}, ("tables", 'a"b'), "ASCII"),
    "two names in one": (
        {"tables": {**sql_kit.SOURCE["tables"], "Order": {"id": kit.leaf()}}},
        ("tables", "Order"),
        "upper and lower",
    ),
}


@pytest.mark.parametrize(("said", "path", "why"), SOURCES.values(), ids=SOURCES)
def test_a_source_that_leads_nowhere_is_told_where(tmp_path, said, path, why):
    found = sql_kit.compiled(tmp_path, "SELECT id FROM customer", source={**sql_kit.SOURCE, **said})
    assert any(one.path == path and one.of_source and why in one.expected for one in found), found
