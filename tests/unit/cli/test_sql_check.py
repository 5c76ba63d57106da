"""Queries go in line by line, and of each a line comes out: what a call with it would be told, and what would run."""

import json
import sqlite3
from contextlib import closing

import pytest

SOURCE = """
source: shop
kind: sql
description: A shop.
url: {url}
owner: sales
risk: high
review_by: 2099-12-31
state: active
zone: sales
trust: internal
tables:
  Customer: {{id: public, name: person, email: email, country: public, card: card}}
  orders: {{id: public, customer_id: public, total: public, kept_by: public}}
subject: Customer.id
owner_key: {{orders: customer_id}}
tools:
  query: {{description: SQL., effect: read, select: {{tables: [Customer, orders], max_rows: 50}}}}
  orders_only: {{description: SQL., effect: read, select: {{tables: [orders]}}}}
"""
SCOPE = """
scope: {name}
why: Somebody asks.
for: {{roles: [support], agents: ["*"], purposes: [{purposes}]}}
{task}
expires: 1h
seal: true
zones: [sales]
tools: {{{tools}}}
mask:
  email: {{refund: domain, else: redact}}
  person: {{refund: show, else: redact}}
budget: {{calls: 40}}
"""
ROWS = "args: {sql: {any: true}}, rows"
DESK = '{orders: "kept_by = $desk and total = 5"}'
SCOPES = (
    ("own", "refund", "task: {customer: 1..}", f"shop.query: {{{ROWS}: $customer}}"),
    ("all", "refund, report", "", f"shop.query: {{{ROWS}: {{any: true, why: a report}}}}"),
    ("desk", "refund", "task: {desk: {any: true, type: text}}", f"shop.orders_only: {{{ROWS}: {DESK}}}"),
    (
        "both",
        "refund",
        "task: {customer: 1..}",
        f"shop.query: {{{ROWS}: $customer}}, shop.orders_only: {{{ROWS}: $customer}}",
    ),
    ("short", "refund", "task: {customer: 1..}", "shop.query: {args: {sql: {maxlen: 20}}, rows: $customer}"),
)


@pytest.fixture
def home(tmp_path):
    (tmp_path / "tools/shop").mkdir(parents=True)
    (tmp_path / "scopes").mkdir()
    (tmp_path / "broker.toml").write_text("")
    (tmp_path / "tools/shop/source.yaml").write_text(SOURCE.format(url="sqlite:///none/such.db"))
    for name, purposes, task, tools in SCOPES:
        text = SCOPE.format(name=name, purposes=purposes, task=task, tools=tools)
        (tmp_path / f"scopes/{name}.yaml").write_text(text)
    return tmp_path


@pytest.fixture
def asked(home, run):
    """Check these lines (bytes, or queries) and read what is said of each."""

    def check(*lines, scope="own", more=()):
        raw = [
            one if isinstance(one, bytes) else json.dumps({"id": place, "sql": one}).encode()
            for place, one in enumerate(lines)
        ]
        (home / "in.jsonl").write_bytes(b"\n".join(raw))
        got = run(
            "sql",
            "check",
            "--source",
            "shop",
            "--scope",
            scope,
            *more,
            home / "in.jsonl",
            "--config",
            home / "broker.toml",
        )
        assert got.exit_code == 0, got.stderr
        return [json.loads(line) for line in got.stdout.splitlines()]

    return check


def test_a_permit_says_what_would_run_what_it_reads_and_of_which_class_it_is(asked):
    (said,) = asked(
        "SELECT name, email || card AS x, count(*) FROM customer GROUP BY 1, 2", more=("--task", "customer=7")
    )
    assert (said["id"], said["verdict"], said["reason"], said["hint"]) == (0, "permit", None, None)
    assert said["reads"] == ["Customer.card", "Customer.email", "Customer.name"]
    assert said["classes"] == {"name": "person", "x": "card", "count": "public"}
    assert '"customer"."id" = 7' in said["sql"]


def test_a_refusal_says_why_in_the_words_of_a_call(asked):
    denied, bare, handle = asked("SELECT fax FROM customer", "DROP TABLE customer", "hdl-x")
    assert (denied["verdict"], denied["reason"], denied["sql"]) == ("deny", "arguments_invalid", None)
    assert denied["hint"].startswith("column `fax` is not available; available: ")
    assert (denied["reads"], denied["classes"]) == ([], {})
    assert bare["reason"] == "arguments_invalid"
    assert handle["reason"] == "handle_not_accepted"


def test_the_text_is_held_to_the_tools_own_schema_and_to_the_grants(asked):
    long, control, number = asked("SELECT '" + "x" * 8000 + "'", "SELECT\0 1", 7)
    assert {one["reason"] for one in (long, control, number)} == {"arguments_invalid"}
    fits, longer = asked("SELECT 1", "SELECT 1 AS one_two_three", scope="short")
    assert (fits["verdict"], longer["reason"]) == ("permit", "value_not_allowed")


def test_what_is_known_of_the_task_stands_in_the_text_as_a_literal_and_the_rest_by_its_name(asked):
    text = "SELECT total FROM orders"
    (unknown,), (known,) = asked(text), asked(text, more=("--task", "customer=7"))
    assert '"customer_id" = :customer' in unknown["sql"]
    assert '"customer_id" = 7' in known["sql"]
    (quoted,) = asked(text, scope="desk", more=("--task", "desk=O'Hara; --"))
    assert "= 'O''Hara; --'" in quoted["sql"]
    assert "= 5" in quoted["sql"]


def test_what_is_printed_can_be_run_by_hand(asked):
    said = asked("SELECT total FROM orders ORDER BY 1", scope="desk", more=("--task", "desk=O'Hara"))
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript("CREATE TABLE orders (id, customer_id, total, kept_by)")
        database.executemany(
            "INSERT INTO orders VALUES (?, 1, ?, ?)", [(1, 5, "O'Hara"), (2, 5, "else"), (3, 6, "O'Hara")]
        )
        assert database.execute(said[0]["sql"]).fetchall() == [(5,)]


def test_on_postgresql_names_stand_where_a_call_has_numbers(home, asked):
    path = home / "tools/shop/source.yaml"
    path.write_text(SOURCE.format(url="postgresql://broker_shop@127.0.0.1:9/shop"))
    unknown, named = asked("SELECT total FROM orders", "SELECT name FROM customer")
    known, _ = asked("SELECT total FROM orders", "SELECT 1", more=("--task", "customer=7"))
    assert '"customer_id" = :customer' in unknown["sql"]
    assert '"customer_id" = 7' in known["sql"]
    assert named["verdict"] == "permit"
    assert not [one for one in (unknown, named, known) if "$1" in one["sql"] or "%(" in one["sql"]]


ODD = {
    b"": "not JSON",
    b"not json": "not JSON",
    b"[1]": "one JSON object",
    b'"SELECT 1"': "one JSON object",
    b'{"sql": "SELECT 1", "sql": "SELECT 2"}': "twice",
    b'{"id": 1}': "no `sql`",
    b'{"id": 1, "sql": "\\ud800"}': "surrogate",
    b'{"id": 1, "sql": "\xff"}': "UTF-8",
    b'{"id": NaN, "sql": "SELECT 1"}': "JSON number",
    b'{"id":' + b"[" * 100_000: "not JSON",
    b"x" * 3_000_000: "bytes",
    b'{"id": 1, "sql": "' + b"(" * 1_000_000 + b'"}': "control characters",
}


def test_no_line_stops_the_others_and_each_has_its_own_answer(asked):
    lines = [line for odd in ODD for line in (odd, b'{"id": "next", "sql": "SELECT 1"}')]
    said = asked(*lines)
    assert len(said) == len(lines)
    for odd, after, hint in zip(said[::2], said[1::2], ODD.values(), strict=True):
        assert (odd["verdict"], odd["reason"]) == ("deny", "arguments_invalid")
        assert hint in odd["hint"]
        assert (after["id"], after["verdict"]) == ("next", "permit")


@pytest.mark.parametrize(
    ("given", "back"), [('"é"', "é"), ("1.5", 1.5), ("null", None), ("[1]", None), ('{"a": 1}', None)]
)
def test_an_id_is_given_back_as_it_is_where_it_is_one(asked, given, back):
    (said,) = asked(f'{{"id": {given}, "sql": "SELECT 1"}}'.encode())
    assert said["id"] == back


def test_lines_come_from_a_pipe_too_and_no_database_is_opened(home, run):
    got = run(
        "sql",
        "check",
        "--source",
        "shop",
        "--scope",
        "own",
        "--config",
        home / "broker.toml",
        fed=b'{"sql": "SELECT 1"}\n',
    )
    assert json.loads(got.stdout)["verdict"] == "permit"
    assert not (home / "none").exists()


WRONG = {
    ("--source", "shp", "--scope", "own"): "did you mean `shop`?",
    ("--source", "shop", "--scope", "owm"): "did you mean `own`?",
    ("--source", "shop", "--scope", "all"): "one of `refund`, `report`",
    ("--source", "shop", "--scope", "all", "--purpose", "fun"): "one of `refund`, `report`",
    ("--source", "shop", "--scope", "both"): "one of `shop.orders_only`, `shop.query`",
    ("--source", "shop", "--scope", "own", "--tool", "orders_only"): "grants no tool of `shop`",
    ("--source", "shop", "--scope", "own", "--task", "customer=0"): "is not what scope `own` allows",
    ("--source", "shop", "--scope", "own", "--task", "custmer=1"): "has no parameter `custmer`",
    ("--source", "shop", "--scope", "own", "--task", "customer"): "name=value",
    ("--source", "shop", "--scope", "own", "none.jsonl"): "no such file",
}


@pytest.mark.parametrize(("words", "mend"), WRONG.items(), ids=map(" ".join, WRONG))
def test_what_is_asked_wrongly_has_its_mend_and_prints_no_line(home, run, words, mend):
    got = run("sql", "check", *words, "--config", home / "broker.toml")
    assert (got.exit_code, got.stdout) == (2, "")
    assert mend in got.stderr


def test_a_tool_is_chosen_by_its_name(asked):
    (said,) = asked("SELECT name FROM customer", scope="both", more=("--tool", "orders_only"))
    assert "`customer` is not available" in said["hint"]
