"""The proof from inside: each thing that a role can do too much is found on a real server, and its mend mends it."""

import re
from pathlib import Path

import pytest

from broker.adapters.sql.access.proof import proof
from broker.adapters.sql.engines import engine
from tests import pg
from tests.pg_granted import PUBLIC, ROLE, SCHEMA, TABLES, grant, ground

FAR = "FOREIGN SERVER far"
TOO_MUCH = {
    "a superuser": (f"ALTER ROLE {ROLE} SUPERUSER", "is a role with SUPERUSER"),
    "who makes databases": (f"ALTER ROLE {ROLE} CREATEDB", "is a role with CREATEDB"),
    "who makes roles": (f"ALTER ROLE {ROLE} CREATEROLE", "is a role with CREATEROLE"),
    "who replicates": (f"ALTER ROLE {ROLE} REPLICATION", "is a role with REPLICATION"),
    "whom no row security holds": (f"ALTER ROLE {ROLE} BYPASSRLS", "is a role with BYPASSRLS"),
    "a member": (f"GRANT pg_read_all_data TO {ROLE}", "is a member of pg_read_all_data"),
    "an owner of a table": (f"ALTER TABLE product OWNER TO {ROLE}", "owns table public.product"),
    "an owner of the database": (
        f"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO {ROLE}', current_database()); END $$",
        "owns database t_",
    ),
    "a table": (f"GRANT SELECT ON product TO {ROLE}", "has a right to public.product, past its views"),
    "a table for everybody": ("GRANT DELETE ON product TO PUBLIC", "has a right to public.product, past its views"),
    "a column": (f"GRANT SELECT (id) ON customer TO {ROLE}", "has a right to public.customer, past its views"),
    "a view beside its own": ("CREATE VIEW v AS SELECT 1; GRANT SELECT ON v TO PUBLIC", "has a right to public.v"),
    "a sequence": (f"CREATE SEQUENCE s; GRANT USAGE ON s TO {ROLE}", "has USAGE ON SEQUENCE public.s"),
    "to read its own sequence": (
        f'GRANT SELECT ON "Order_Id_seq" TO {ROLE}',
        'has SELECT ON SEQUENCE public."Order_Id_seq"',
    ),
    "to write what no tool writes": (
        f"GRANT UPDATE ON {ROLE}_raw.customer TO {ROLE}",
        f"has UPDATE (email) ON {ROLE}_raw.customer, which no tool needs",
    ),
    "to write a column that no tool writes": (
        f'GRANT UPDATE (customer_id) ON {ROLE}_raw."order" TO {ROLE}',
        f'has UPDATE (customer_id) ON {ROLE}_raw."order"',
    ),
    "to read as named queries do": (
        f"GRANT USAGE ON SCHEMA {ROLE}_raw TO {ROLE}; GRANT SELECT ON {ROLE}_raw.customer TO {ROLE}",
        f"has a right to {ROLE}_raw.customer, past its views",
    ),
    "to become another": (f"CREATE ROLE other_{ROLE}; GRANT other_{ROLE} TO {ROLE}", f"is a member of other_{ROLE}"),
    "a table for who asks for everybody": (
        f"GRANT SELECT ON product TO {ROLE}_all",
        f"`{ROLE}_all` has a right to public.product, past its views",
    ),
    "a superuser to become": (f"ALTER ROLE {ROLE}_raw SUPERUSER", f"`{ROLE}_raw` is a role with SUPERUSER"),
    "to write as who asks for everybody": (
        f"GRANT UPDATE ON {ROLE}_all.customer TO {ROLE}_all",
        f"`{ROLE}_all` has UPDATE (email) ON {ROLE}_all.customer, which no tool needs",
    ),
    "to write what is masked": (f"GRANT DELETE ON {ROLE}.line TO {ROLE}", f"has DELETE ON {ROLE}.line"),
    "to make in a schema": (
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "can make tables and functions in the schema public",
    ),
    "to make in its own schema": (f"GRANT CREATE ON SCHEMA {ROLE} TO {ROLE}", f"in the schema {ROLE}"),
    "temporary tables": (
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$",
        "has TEMPORARY ON DATABASE",
    ),
    "a foreign server": (
        f"CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; GRANT USAGE ON {FAR} TO {ROLE}",
        "can use the foreign server far",
    ),
    "to set what its views ask by": (
        "GRANT EXECUTE ON FUNCTION set_config TO PUBLIC",
        "one SELECT could set what its views ask by",
    ),
    "large objects": (
        "GRANT EXECUTE ON FUNCTION lo_creat TO PUBLIC",
        "can call lo_creat(integer), which is for admins",
    ),
    "files": (
        f"GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {ROLE}",
        "can call pg_read_file(text), which is for admins",
    ),
    "folders": ("GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO PUBLIC", "can call pg_ls_dir(text), which is for admins"),
    "its owner's rights": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "can call public.f(), which runs with its owner's rights",
    ),
    "other machines": ("CREATE EXTENSION dblink", "which reaches files or other machines"),
}


@pytest.fixture
def shop(postgres, monkeypatch):
    monkeypatch.setenv(pg.PASSWORD_ENV, pg.PASSWORD)
    with postgres.database(like=postgres.template("granted", SCHEMA)) as one:
        grant(one, ground(one.url(ROLE)))
        yield one
        one.run(f"ALTER ROLE {ROLE} NOSUPERUSER; REVOKE pg_read_all_data FROM {ROLE}; ALTER ROLE {ROLE} RESET role")
        one.run(f"ALTER ROLE {ROLE}_raw NOSUPERUSER; DROP ROLE IF EXISTS other_{ROLE}")


def found(shop, of=None, *, is_local=True):
    asking = engine({"url": shop.url(ROLE), "password": f"env:{pg.PASSWORD_ENV}"}, Path("/"))
    said = proof(asking.ask, ground(shop.url(ROLE)) if of is None else of, is_local=is_local)
    assert not isinstance(said, str), said
    return said


def grave(shop, of=None, **more):
    return [one for one in found(shop, of, **more) if one.grave]


def test_a_role_that_was_given_what_is_printed_can_do_no_more(shop):
    assert grave(shop) == []


@pytest.mark.parametrize("what", sorted(TOO_MUCH))
def test_a_role_that_can_do_too_much_is_found_out_and_mended(shop, what):
    text, said = TOO_MUCH[what]
    if "EXTENSION" in text and not shop.run("SELECT 1 FROM pg_available_extensions WHERE name = 'dblink'"):
        pytest.skip("this PostgreSQL comes without dblink")
    shop.run(text)
    findings = grave(shop)
    assert any(said in one.said for one in findings), findings
    for _ in range(6):  # of one sort at most ten are told at once
        for one in grave(shop):
            if re.match("[A-Z]{5}", one.mend):
                shop.run(one.mend)
            elif one.mend.startswith("as a superuser: "):
                shop.run(one.mend.removeprefix("as a superuser: "))
            else:
                grant(shop, ground(shop.url(ROLE)))
    assert grave(shop) == []


def test_a_superuser_is_told_of_as_one_and_not_by_all_that_it_can_do(shop):
    shop.run(f"ALTER ROLE {ROLE} SUPERUSER")
    assert [one.said for one in found(shop)] == [f"`{ROLE}` is a role with SUPERUSER"]


def test_of_many_things_of_one_sort_some_are_told_and_how_many_more(shop):
    shop.run("; ".join(f"CREATE TABLE t{at} (); GRANT SELECT ON t{at} TO PUBLIC" for at in range(12)))
    said = [one.said for one in grave(shop)]
    assert len(said) == 11
    assert said[-1] == "and 2 more of the same sort"


def test_other_databases_are_for_the_admin_to_weigh(shop):
    (one,) = found(shop)
    assert not one.grave
    assert "can also log in to postgres, " in one.said
    assert re.fullmatch("REVOKE CONNECT ON DATABASE postgres, .* FROM PUBLIC", one.mend)


def test_a_source_file_that_changed_since_is_told(shop):
    changed = ground(shop.url(ROLE), tables={**TABLES, "product": {"sku": PUBLIC}})
    (one,) = grave(shop, changed)
    assert one.said == "the file of `shop` has changed since its views were made"
    assert one.mend == "run what `broker sql grants shop --schema public` prints"
    grant(shop, changed)
    assert grave(shop, changed) == []


def test_the_schema_of_the_tables_is_known_from_what_was_made(shop):
    shop.run(f"CREATE SCHEMA sales; {SCHEMA.replace('CREATE TABLE ', 'CREATE TABLE sales.').split('CREATE INDEX')[0]}")
    grant(shop, ground(shop.url(ROLE), base="sales"))
    assert grave(shop) == []


@pytest.mark.parametrize(
    "change",
    [
        f"CREATE OR REPLACE VIEW {ROLE}_raw.product AS SELECT sku, title FROM product",
        f"ALTER VIEW {ROLE}.customer RESET (security_barrier)",
        f"CREATE VIEW {ROLE}.more AS SELECT 1 AS x",
        f"DROP VIEW {ROLE}.line",
        f"CREATE OR REPLACE FUNCTION {ROLE}.every_row() RETURNS boolean LANGUAGE sql RETURN true",
    ],
)
def test_views_that_somebody_changed_since_are_told(shop, change):
    shop.run(change)
    assert "somebody has changed what `broker sql grants shop` made" in [one.said for one in grave(shop)]


@pytest.mark.parametrize("mark", ["NULL", "'mine'"])
def test_a_schema_that_was_made_otherwise_is_told(shop, mark):
    shop.run(f"COMMENT ON SCHEMA {ROLE} IS {mark}")
    assert [one.said for one in grave(shop)] == [f"the schema `{ROLE}` was not made by `broker sql grants`"]


def test_a_role_that_becomes_another_as_it_logs_in_is_told(shop):
    shop.run(f"GRANT pg_read_all_data TO {ROLE}; ALTER ROLE {ROLE} SET role TO pg_read_all_data")
    assert f"one logs in as `{ROLE}` and is `pg_read_all_data`" in [one.said for one in grave(shop)]


def test_a_connection_in_the_clear_is_told_off_this_machine(shop):
    assert [one.said for one in grave(shop, is_local=False)] == ["what is said to the database can be read on its way"]


def test_a_database_that_cannot_be_asked_says_so(shop):
    asking = engine({"url": f"postgresql://{ROLE}@127.0.0.1:1/shop", "password": f"env:{pg.PASSWORD_ENV}"}, Path("/"))
    of = ground(shop.url(ROLE))
    assert proof(asking.ask, of, is_local=True).startswith("PostgreSQL cannot be asked: ")
