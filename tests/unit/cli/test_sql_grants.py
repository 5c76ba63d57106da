"""`broker sql grants`, and what the doctor says of a source's role before and after an admin ran it."""

import json
from contextlib import closing

import pytest

from tests import pg

SOURCE = """\
source: crm
kind: sql
description: Customers.
url: {url}
password: env:{password}
owner: sales
risk: high
review_by: 2099-01-01
state: active
trust: internal
tables:
  customer: {{id: public, email: email}}
subject: customer.id
tools:
  look:
    description: One customer.
    effect: read
    sql: look.sql
    args: {{id: {{type: integer}}}}
  rename:
    description: Another address.
    effect: write
    sql: rename.sql
    args: {{id: {{type: integer}}, email: {{type: string, policy: email, handle: [email]}}}}
    authority: [id, email]
"""
LOOK = "SELECT customer.id, customer.email FROM customer WHERE customer.id = :id"
RENAME = "UPDATE customer SET email = :email WHERE customer.id = :id"


@pytest.fixture
def crm(home, database, monkeypatch):
    """A second source, on a PostgreSQL that holds its table and nothing for it yet."""
    monkeypatch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
    folder = home / "tools" / "crm"
    folder.mkdir()
    url = database.url("broker_crm")
    (folder / "source.yaml").write_text(SOURCE.format(url=url, password=pg.PASSWORD_ENV), encoding="utf-8")
    (folder / "look.sql").write_text(LOOK, encoding="utf-8")
    (folder / "rename.sql").write_text(RENAME, encoding="utf-8")
    database.run("CREATE TABLE customer (id int, email text, secret text); INSERT INTO customer VALUES (1, 'a@b.de')")
    return folder


def checks(at):
    said = [json.loads(line) for line in at("doctor", "--json").stdout.splitlines()]
    return [one for one in said if one["name"] == "role"]


@pytest.mark.usefixtures("crm")
def test_what_is_printed_runs_and_then_the_doctor_is_content(at, database):
    database.role("broker_crm")
    before = checks(at)
    assert "crm: the schema `broker_crm` was not made by `broker sql grants`" in [one["said"] for one in before]
    assert all(one["mend"] for one in before)

    database.run(at("sql", "grants", "crm").stdout)
    database.role("broker_crm")
    after = checks(at)
    assert [one["state"] for one in after] == ["warn", "ok"]
    assert after[1]["said"] == "crm: `broker_crm` can do there what it was given, and no more"


def test_a_tool_that_is_gone_from_the_file_is_told_of_until_its_rights_are(at, crm, database):
    database.run(at("sql", "grants", "crm").stdout)
    database.role("broker_crm")
    text = (crm / "source.yaml").read_text(encoding="utf-8")
    (crm / "source.yaml").write_text(text.partition("  rename:")[0], encoding="utf-8")
    said = [one["said"] for one in checks(at) if one["state"] == "fail"]
    assert said == [
        "crm: `broker_crm_raw` has UPDATE (email) ON broker_crm_raw.customer, which no tool needs",
        "crm: the file of `crm` has changed since its views were made",
    ]
    database.run(at("sql", "grants", "crm").stdout)
    assert [one for one in checks(at) if one["state"] == "fail"] == []


@pytest.mark.usefixtures("crm")
def test_programs_read_the_same_as_json(at):
    said = json.loads(at("sql", "grants", "crm", "--json").stdout)
    assert said["sql"] == at("sql", "grants", "crm").stdout
    assert said["role"] == "broker_crm"
    assert said["schemas"] == ["broker_crm", "broker_crm_all", "broker_crm_raw"]
    assert f"sha256 {said['sha256']}" in said["sql"]


def test_nothing_is_connected_to_and_no_password_needed(at, crm, monkeypatch):
    monkeypatch.delenv(pg.PASSWORD_ENV)
    text = (crm / "source.yaml").read_text(encoding="utf-8")
    nowhere = "postgresql://broker_crm@db.invalid:5432/crm"
    lines = [f"url: {nowhere}" if line.startswith("url:") else line for line in text.splitlines()]
    (crm / "source.yaml").write_text("\n".join(lines), encoding="utf-8")
    done = at("sql", "grants", "crm", "--schema", "sales")
    assert done.exit_code == 0
    assert 'FROM "sales"."customer" AS t' in done.stdout


@pytest.mark.usefixtures("crm")
def test_a_page_is_read_in_a_terminal_and_tells_how_to_run_it(at):
    page = at("sql", "grants", "crm").stdout
    assert max(map(len, page.splitlines())) <= 120
    head = page.partition("BEGIN;")[0]
    assert "psql -X -v ON_ERROR_STOP=1 -d DATABASE -f crm.sql" in head
    assert "\\password broker_crm" in head
    assert [line.split() for line in head.splitlines() if "customer" in line] == [
        ["--", "customer", "id", "email", "update"]
    ]
    assert "secret" not in page


@pytest.mark.usefixtures("crm")
def test_a_source_of_another_kind_and_one_that_is_not_there_are_told(at):
    for name in ("shop", "nothing"):
        done = at("sql", "grants", name)
        assert done.exit_code == 2
        assert "a source on PostgreSQL" in done.stderr
    assert at("sql", "grants", "crm", "--schema", 'x"; DROP').exit_code == 2


@pytest.mark.usefixtures("crm")
def test_a_database_that_is_not_there_is_a_warning(at, postgres, database):
    with closing(postgres.connect()) as admin:
        admin.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
    (one,) = checks(at)
    assert one["state"] == "warn"
    assert "crm: not asked what it can do: PostgreSQL cannot be asked" in one["said"]
