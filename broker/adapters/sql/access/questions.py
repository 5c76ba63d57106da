"""What is asked about a role. Each question answers with what is too much: no row where all is well."""

from __future__ import annotations

from typing import Final, NamedTuple


class Question(NamedTuple):
    """`sql` gives one text a row. It is asked of the role %(who)s, whose own schema is %(own)s; see `proof`.

    In `said` and `mend`, `{}` is what was found, `{role}` the role and `{quoted}` the role as SQL spells it.
    """

    sql: str
    said: str
    mend: str
    grave: bool = True  # else an admin may have a reason for it


_REVOKE: Final = "REVOKE ALL ON {} FROM PUBLIC, {quoted}"
_NO_CALL: Final = "REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC, {quoted}"

ITSELF: Final = (
    Question(
        """SELECT word FROM pg_roles AS r, LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEDB', rolcreatedb),
             ('CREATEROLE', rolcreaterole), ('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls)
           ) AS one (word, has)
           WHERE oid = %(who)s::regrole AND has""",
        "`{role}` is a role with {}",
        "ALTER ROLE {quoted} NO{}",
    ),
    Question(
        """SELECT quote_ident(other.rolname) FROM pg_auth_members AS m
           JOIN pg_roles AS other ON other.oid = m.roleid
           WHERE m.member = %(who)s::regrole AND other.rolname <> ALL (ARRAY[%(whole)s, %(raw)s])""",
        "`{role}` is a member of {}, and can become it",
        "REVOKE {} FROM {quoted}",
    ),
    Question(
        """SELECT CASE WHEN d.dbid IN (0, here.oid) THEN pg_describe_object(d.classid, d.objid, d.objsubid)
             ELSE 'something in the database ' || quote_ident(there.datname) END
           FROM pg_shdepend AS d JOIN pg_database AS here ON here.datname = current_database()
           LEFT JOIN pg_database AS there ON there.oid = d.dbid
           WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = %(who)s::regrole AND d.deptype = 'o'""",
        "`{role}` owns {}, and may do with it what it likes",
        "REASSIGN OWNED BY {quoted} TO CURRENT_USER",
    ),
)
PLACES: Final = (
    Question(
        """SELECT quote_ident(nspname) FROM pg_namespace WHERE has_schema_privilege(%(who)s::regrole, oid, 'CREATE')""",
        "`{role}` can make tables and functions in the schema {}",
        "REVOKE CREATE ON SCHEMA {} FROM PUBLIC, {quoted}",
    ),
    Question(
        """SELECT word || ' ON DATABASE ' || quote_ident(current_database())
           FROM (VALUES ('CREATE'), ('TEMPORARY')) AS one (word)
           WHERE has_database_privilege(%(who)s::regrole, current_database(), word)""",
        "`{role}` has {}: what it makes there may shadow what others made",
        "REVOKE {} FROM PUBLIC, {quoted}",
    ),
    Question(
        """SELECT string_agg(quote_ident(datname), ', ' ORDER BY datname) FROM pg_database
           WHERE datname <> current_database() AND datallowconn
           AND has_database_privilege(%(who)s::regrole, oid, 'CONNECT')
           HAVING count(*) > 0""",
        "`{role}` can also log in to {}, and see there what everybody sees",
        "REVOKE CONNECT ON DATABASE {} FROM PUBLIC",
        grave=False,
    ),
    Question(
        """SELECT quote_ident(srvname) FROM pg_foreign_server
           WHERE has_server_privilege(%(who)s::regrole, oid, 'USAGE')""",
        "`{role}` can use the foreign server {}",
        "REVOKE USAGE ON FOREIGN SERVER {} FROM PUBLIC, {quoted}",
    ),
)
RELATIONS: Final = (
    Question(
        """SELECT format('%%I.%%I', nspname, relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
            WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND has_schema_privilege(%(who)s::regrole, n.oid, 'USAGE')
            AND nspname NOT IN ('pg_catalog', 'information_schema', %(own)s) AND nspname !~ '^pg_toast'
            AND (has_table_privilege(%(who)s::regrole, c.oid,
                   'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                 OR has_any_column_privilege(%(who)s::regrole, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))""",
        "`{role}` has a right to {}, past its views",
        _REVOKE,
    ),
    Question(
        # A new row takes its number with the rights of whoever inserts it: for that, USAGE is what it takes.
        """SELECT format('%%s ON SEQUENCE %%I.%%I', word, nspname, relname) FROM pg_class AS c
           JOIN pg_namespace AS n ON n.oid = relnamespace AND has_schema_privilege(%(who)s::regrole, n.oid, 'USAGE'),
             (VALUES ('SELECT'), ('UPDATE'), ('USAGE')) AS one (word)
           WHERE relkind = 'S' AND has_sequence_privilege(%(who)s::regrole, c.oid, word)
           AND NOT (word = 'USAGE' AND EXISTS (
             SELECT FROM pg_depend AS d
             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
             AND d.refobjid = ANY (
               SELECT to_regclass(one) FROM jsonb_array_elements_text(%(numbered)s::jsonb) AS one)))""",
        "`{role}` has {}",
        "REVOKE {} FROM PUBLIC, {quoted}",
    ),
    Question(
        """SELECT format('%%s%%s ON %%I.%%I', word, ' (' || quote_ident(attname) || ')', nspname, relname) FROM (
             SELECT word, attname, nspname, relname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
             JOIN pg_namespace AS n ON n.oid = relnamespace,
               (VALUES ('INSERT'), ('UPDATE'), ('REFERENCES')) AS one (word)
             WHERE attnum > 0 AND NOT attisdropped AND relkind <> 'c'
             AND has_column_privilege(%(who)s::regrole, c.oid, attnum, word)
             UNION ALL
             SELECT word, NULL, nspname, relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace,
               (VALUES ('DELETE'), ('TRUNCATE'), ('TRIGGER')) AS one (word)
             WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(%(who)s::regrole, c.oid, word)
           ) AS found WHERE nspname IN (%(masked)s, %(whole)s, %(raw)s)
           AND jsonb_build_array(word, nspname, relname, attname)
             <> ALL (SELECT jsonb_array_elements(%(writes)s::jsonb))""",
        "`{role}` has {}, which no tool needs",
        "run again what `broker sql grants` prints for it",
    ),
)
FUNCTIONS: Final = (
    Question(
        """SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
           WHERE nspname = 'pg_catalog' AND proname = 'set_config'
           AND has_function_privilege(%(who)s::regrole, p.oid, 'EXECUTE')""",
        "`{role}` can call {}: one SELECT could set what its views ask by, and see all",
        "as a superuser: REVOKE EXECUTE ON FUNCTION pg_catalog.{} FROM PUBLIC, {quoted}",
    ),
    Question(
        """SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
           WHERE nspname = 'pg_catalog' AND has_function_privilege(%(who)s::regrole, p.oid, 'EXECUTE')
           AND (proname IN ('lo_creat', 'lo_create', 'lo_from_bytea') OR EXISTS (
             SELECT FROM pg_init_privs AS i
             WHERE i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid AND i.privtype = 'i'
             AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) WHERE grantee = 0)))""",
        "`{role}` can call {}, which is for admins",
        _NO_CALL,
    ),
    Question(
        """SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
            WHERE nspname <> 'pg_catalog' AND prosecdef
            AND has_function_privilege(%(who)s::regrole, p.oid, 'EXECUTE')
            AND has_schema_privilege(%(who)s::regrole, n.oid, 'USAGE')""",
        "`{role}` can call {}, which runs with its owner's rights",
        _NO_CALL,
    ),
    Question(
        """SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
            JOIN pg_language AS l ON l.oid = prolang
            WHERE nspname NOT IN ('pg_catalog', 'information_schema')
            AND has_schema_privilege(%(who)s::regrole, n.oid, 'USAGE')
            AND has_function_privilege(%(who)s::regrole, p.oid, 'EXECUTE')
            AND ((NOT lanpltrusted AND lanname NOT IN ('c', 'internal')) OR EXISTS (
              SELECT FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
              WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
              AND e.extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'http', 'pg_net', 'adminpack', 'pg_background',
                                'pg_cron', 'aws_s3', 'aws_lambda', 'lo')))""",
        "`{role}` can call {}, which reaches files or other machines",
        _NO_CALL,
    ),
)
STATE: Final = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(one, E'\\n' ORDER BY one COLLATE "C"), ''), 'UTF8')), 'hex')
    FROM (
      SELECT concat_ws(' ', nspname, relname, relkind, reloptions, pg_get_viewdef(c.oid)) AS one
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
      WHERE nspname IN ({masked}, {whole}, {raw}) AND relkind <> 'c'
      UNION ALL
      SELECT pg_get_functiondef(p.oid)
      FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
      WHERE nspname IN ({masked}, {whole}, {raw})
    ) AS made"""
"""A digest of what the schemas hold, as PostgreSQL understood it. It is asked with pg_catalog alone in the path."""
