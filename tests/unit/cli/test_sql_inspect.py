"""An admin points at a database and gets a file that loads, and a page that says what is left to do."""

import json

import pytest

from broker.catalog.yaml_text import MAX_BYTES
from tests.inspect_kit import CANARIES, build
from tests.pg import PASSWORD


@pytest.fixture
def inspect(at, home):
    build(home / "data" / "crm.db")
    return lambda *words: at("sql", "inspect", "sqlite:///data/crm.db", *words)


def test_a_draft_is_written_where_sources_lie_and_the_broker_still_loads(home, at, inspect):
    got = inspect("--out", home / "tools")
    assert got.exit_code == 0, got.stderr
    text = (home / "tools/crm/source.yaml").read_text()
    assert "url: ${CRM_DB_URL:-sqlite:///data/crm.db}" in text
    assert at("scopes", "test").exit_code == 0
    for said in ("A draft of crm: 13 tables", "unsure", "To finish", "state: active"):
        assert said in got.stdout
    assert not [word for word in CANARIES if word in got.stdout + got.stderr + text]


def test_a_draft_that_is_finished_can_be_asked(home, at, inspect):
    inspect("--out", home / "tools", "--owner", "sales")
    path = home / "tools/crm/source.yaml"
    path.write_text(path.read_text().replace("state: draft", "state: active"))
    tools = at("tools", "list", "--json").stdout.splitlines()
    assert "crm.query" in {json.loads(line)["tool"] for line in tools}
    assert "sales" in {json.loads(line)["owner"] for line in tools}


def test_without_a_place_the_draft_is_all_of_stdout(inspect):
    got = inspect()
    assert got.stdout.startswith("# Drafted by `broker sql inspect` on ")
    assert "To finish" in got.stderr
    assert "To finish" not in got.stdout


def test_a_file_that_is_there_is_not_replaced(home, inspect):
    inspect("--out", home / "tools")
    path = home / "tools/crm/source.yaml"
    path.write_text("mine")
    got = inspect("--out", home / "tools")
    assert (got.exit_code, path.read_text()) == (2, "mine")
    assert "is there already" in got.stderr


PLACES = {
    "tools": "tools/crm/source.yaml",
    "tools/crm": "tools/crm/source.yaml",
    "tools/sales_db/source.yaml": "tools/sales_db/source.yaml",
    "x.yaml": "x.yaml",
}


@pytest.mark.parametrize(("out", "place"), PLACES.items(), ids=PLACES)
def test_a_source_file_lies_in_a_folder_of_its_name(home, inspect, out, place):
    assert inspect("--out", home / out).exit_code == 0
    name = "sales_db" if "sales_db" in place else "crm"
    assert f"\nsource: {name}\n" in (home / place).read_text()


def test_programs_read_the_same(inspect):
    said = json.loads(inspect("--json").stdout)
    contact = next(one for one in said["columns"] if one["column"] == "contact")
    assert (contact["table"], contact["class"], contact["by"], contact["sure"]) == (
        "customer",
        "email",
        "by sample",
        True,
    )
    assert said["subject"] == {"column": "customer.id", "sure": True}
    assert {"table": "order_line", "way": "order_id -> sales order.id", "sure": True} in said["owner_key"]
    assert "source: crm" in said["draft"]


def test_only_the_tables_that_are_named_are_drafted(inspect):
    said = json.loads(inspect("--json", "--table", "product", "--table", "agent").stdout)
    assert {one["table"] for one in said["columns"]} == {"product", "agent"}


WRONG = {
    ("--table", "prodct"): "did you mean `product`?",
    ("--source", "Sales DB"): "a name of small letters",
    ("--owner", "Ann Miller"): "a word of small letters",
}


@pytest.mark.parametrize(("words", "mend"), WRONG.items(), ids=map(" ".join, WRONG))
def test_what_is_asked_wrongly_has_its_mend(inspect, words, mend):
    got = inspect(*words)
    assert (got.exit_code, got.stdout) == (2, "")
    assert mend in got.stderr


def test_a_password_in_the_url_is_nowhere(at):
    got = at("sql", "inspect", "postgresql://ann:s3cret@127.0.0.1:9/crm")
    assert got.exit_code == 2
    assert "ann@127.0.0.1:9" in got.stderr
    assert "s3cret" not in got.stdout + got.stderr


def test_a_draft_of_postgresql_names_the_brokers_own_role_and_loads(home, at, database):
    database.run("CREATE TABLE members (id int PRIMARY KEY, email text); CREATE TABLE gifts (id int PRIMARY KEY)")
    database.role("inspector")
    url = database.url("inspector").replace("inspector@", f"inspector:{PASSWORD}@")
    got = at("sql", "inspect", url, "--source", "club", "--out", home / "tools")
    assert got.exit_code == 0, got.stderr
    text = (home / "tools/club/source.yaml").read_text()
    assert "postgresql://broker_club@127.0.0.1" in text
    assert "\npassword: env:CLUB_DB_PASSWORD\n" in text
    assert "broker sql grants club" in " ".join(got.stdout.split())
    assert not [word for word in (PASSWORD, "inspector") if word in text + got.stdout + got.stderr]
    (home / "tools/club/source.yaml").write_text(text.replace("state: draft", "state: active"))
    assert "club.query" in at("tools", "list").stdout


def test_a_schema_too_large_for_one_file_is_to_be_parted(home, at):
    columns = ", ".join(f"a_rather_long_name_of_a_column_{place} TEXT" for place in range(1500))
    build(home / "data" / "huge.db", "".join(f"CREATE TABLE t{place} ({columns});" for place in range(4)))
    got = at("sql", "inspect", "sqlite:///data/huge.db")
    assert (got.exit_code, got.stdout) == (2, "")
    assert f"{MAX_BYTES // 1024}" in got.stderr
    assert "`--table`" in got.stderr


def test_a_database_with_nothing_to_list_gives_no_draft(home, at):
    build(home / "data" / "odd.db", 'CREATE VIEW v AS SELECT 1; CREATE TABLE "größe" (a INTEGER)')
    got = at("sql", "inspect", "sqlite:///data/odd.db", "--out", home / "tools")
    assert got.exit_code == 2
    assert "no table that a source file can list" in got.stderr
    assert not (home / "tools/odd").exists()


def test_a_name_that_would_write_on_the_terminal_does_not(home, at):
    build(home / "data" / "evil.db", 'CREATE TABLE a (id INTEGER); CREATE VIEW "\x1b[2Jx\nowner: root" AS SELECT 1')
    got = at("sql", "inspect", "sqlite:///data/evil.db")
    assert "\x1b" not in got.stdout + got.stderr
    assert "\nowner: root" not in got.stdout
