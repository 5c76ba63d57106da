"""The roles of a source, and what they and everybody may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from broker.adapters.sql.access.ground import Ground, Step, literal, quoted

_CONNECTIONS: Final = 20  # a broker runs 8 statements of a source at once
_LIMITS: Final = {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}


def roles(ground: Ground) -> Iterator[Step]:
    """The role logs in, and becomes one of the two others for a transaction: no statement of an agent's can do that."""
    nothing = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS"
    name = quoted(ground.role)
    for one in (ground.role, ground.whole, ground.raw):
        known = f"SELECT FROM pg_roles WHERE rolname = {literal(one)}"
        yield Step(f"DO $$ BEGIN\n  IF NOT EXISTS ({known}) THEN CREATE ROLE {quoted(one)}; END IF;\nEND $$")
    yield Step(f"ALTER ROLE {name} LOGIN {nothing}\n  CONNECTION LIMIT {_CONNECTIONS}")
    for one in (ground.whole, ground.raw):
        yield Step(f"ALTER ROLE {quoted(one)} NOLOGIN {nothing}")
        yield Step(f"GRANT {quoted(one)} TO {name}")
    for setting, value in _LIMITS.items():
        yield Step(f"ALTER ROLE {name} SET {setting} = {literal(value)}")
    yield Step(f"ALTER ROLE {name} SET search_path = {quoted(ground.masked)}, pg_catalog, pg_temp")
    yield Step(
        f"ALTER ROLE {name} SET track_activities = off",
        about="Else each of its sessions could read in pg_stat_activity what the others run, for other tasks.",
    )


def schemas(ground: Ground) -> Iterator[Step]:
    for schema in (ground.masked, ground.whole, ground.raw):
        yield Step(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
        yield Step(f"CREATE SCHEMA {quoted(schema)}")


def grants(ground: Ground) -> Iterator[Step]:
    yield Step(f"REVOKE ALL ON ALL ROUTINES IN SCHEMA {quoted(ground.masked)} FROM PUBLIC")
    yield Step(f"GRANT USAGE ON SCHEMA {quoted(ground.masked)} TO {quoted(ground.whole)}", about="For its functions.")
    for one in (ground.masked, ground.whole):
        yield Step(f"GRANT EXECUTE ON ALL ROUTINES IN SCHEMA {quoted(ground.masked)} TO {quoted(one)}")
    for one in (ground.masked, ground.whole, ground.raw):
        # Each has the name of its schema.
        yield Step(f"GRANT USAGE ON SCHEMA {quoted(one)} TO {quoted(one)}")
        yield Step(f"GRANT SELECT ON ALL TABLES IN SCHEMA {quoted(one)} TO {quoted(one)}")
    raw = quoted(ground.raw)
    for table, written in sorted(ground.writes.items()):
        rights = [
            *([f"INSERT ({_listed(written.insert)})"] if written.insert else []),
            *([f"UPDATE ({_listed(written.update)})"] if written.update else []),
            *(["DELETE"] if written.delete else []),
        ]
        yield Step(f"GRANT {', '.join(rights)} ON {raw}.{quoted(table)} TO {raw}")
        if written.insert:
            yield _numbers(ground, table)


def revokes() -> Iterator[Step]:
    """Of everybody, for what everybody may do the role may do."""
    yield Step(
        "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
        about="A SELECT could set what the views ask by, and see all. Takes a superuser. SET is not touched by it.",
    )
    yield Step(
        "REVOKE EXECUTE ON FUNCTION pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid),\n"
        "  pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC",
        about="Large objects: a place in the database where anybody may leave files.",
    )
    yield Step(
        "DO $$ BEGIN\n"
        "  EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());\n"
        "END $$",
        about="Temporary tables, which shadow others of the same name.",
    )
    yield Step("REVOKE CREATE ON SCHEMA public FROM PUBLIC", about="As PostgreSQL 15 and newer have it by themselves.")


def _numbers(ground: Ground, table: str) -> Step:
    place = literal(ground.place(table))
    return Step(
        f"""DO $$ DECLARE numbers text; BEGIN
  FOR numbers IN
    SELECT pg_get_serial_sequence({place}, attname)
    FROM pg_attribute WHERE attrelid = {place}::regclass AND attnum > 0 AND NOT attisdropped
  LOOP
    CONTINUE WHEN numbers IS NULL;
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', numbers, {literal(ground.raw)});
  END LOOP;
END $$""",  # noqa: S608 - text that an admin runs; every name in it is quoted
        about="A new row is numbered by a sequence, with the rights of whoever inserts it.",
    )


def _listed(columns: frozenset[str]) -> str:
    return ", ".join(quoted(column) for column in sorted(columns))
