"""Statements made of any schema's tables and columns: each a way to learn of a column what may not be seen."""

FORMS = (
    "SELECT {c} FROM {t}",
    "SELECT * FROM {t}",
    "SELECT x.* FROM {t} AS x ORDER BY {c}",
    "SELECT {k} FROM {t} WHERE {c} = {v} ORDER BY {k}",
    "SELECT {k} FROM {t} WHERE {c} > {v} ORDER BY {k}",
    "SELECT {k} FROM {t} WHERE CAST({c} AS TEXT) LIKE '%a%' ORDER BY {k}",
    "SELECT {k} FROM {t} WHERE {c} IS NULL ORDER BY {k}",
    "SELECT {k} FROM {t} WHERE {c} IN ({v}, {v}) ORDER BY {k}",
    "SELECT {k} FROM {t} WHERE {c} BETWEEN {v} AND {w}",
    "SELECT {k} FROM {t} WHERE NOT {c} < {v} OR {c} <> {w}",
    "SELECT {k} FROM {t} ORDER BY {c}",
    "SELECT {k} FROM {t} ORDER BY {c} DESC LIMIT 3",
    "SELECT {k}, row_number() OVER (ORDER BY {c}) AS n FROM {t}",
    "SELECT {k}, rank() OVER (PARTITION BY {c} ORDER BY {k}) AS n FROM {t}",
    "SELECT {k}, lag({c}) OVER (ORDER BY {k}) AS before FROM {t}",
    "SELECT count(*) FROM {t} GROUP BY {c}",
    "SELECT {c}, count(*) FROM {t} GROUP BY {c} ORDER BY 2 DESC, 1",
    "SELECT count(*) FROM {t} GROUP BY substr(CAST({c} AS TEXT), 1, 1)",
    "SELECT count(DISTINCT {c}) FROM {t}",
    "SELECT min({c}), max({c}) FROM {t}",
    "SELECT count(*) FROM {t} HAVING max({c}) > {v}",
    "SELECT sum(CASE WHEN {c} = {v} THEN 1 ELSE 0 END) FROM {t}",
    "SELECT CASE WHEN {c} < {v} THEN 'a' ELSE 'b' END FROM {t} ORDER BY {k}",
    "SELECT length(CAST({c} AS TEXT)) FROM {t} ORDER BY {k}",
    "SELECT upper(CAST({c} AS TEXT)) || '!' FROM {t}",
    "SELECT CAST({c} AS INTEGER) FROM {t}",
    "SELECT coalesce({c}, {v}) FROM {t}",
    "SELECT nullif({c}, {v}) FROM {t} ORDER BY {k}",
    "SELECT 1 / (CASE WHEN {c} = {v} THEN 0 ELSE 1 END) FROM {t}",
    "SELECT a.{k}, b.{k} FROM {t} AS a JOIN {t} AS b ON a.{c} = b.{c} ORDER BY 1, 2 LIMIT 50",
    "SELECT a.{k} FROM {t} AS a JOIN {t} AS b ON a.{c} < b.{c} ORDER BY 1 LIMIT 20",
    "SELECT a.{k} FROM {t} AS a LEFT JOIN {t} AS b ON b.{c} = {v} WHERE b.{k} IS NULL",
    "SELECT {c} FROM {t} UNION SELECT {c} FROM {t}",
    "SELECT {c} FROM {t} EXCEPT SELECT {v}",
    "SELECT {c} FROM {t} INTERSECT SELECT {v}",
    "SELECT (SELECT max({c}) FROM {t}) AS name",
    "SELECT {k} FROM {t} AS o WHERE EXISTS (SELECT 1 FROM {t} AS i WHERE i.{c} = {v} AND i.{k} = o.{k})",
    "SELECT {k} FROM {t} WHERE {c} IN (SELECT {c} FROM {t} WHERE {k} > 3) ORDER BY {k}",
    "WITH w AS (SELECT {k} AS k, {c} AS v FROM {t}) SELECT k FROM w WHERE v = {v} ORDER BY k",
    "WITH w (k, v) AS (SELECT {k}, {c} FROM {t}) SELECT v, count(*) FROM w GROUP BY v",
    "SELECT v FROM (SELECT {c} AS v FROM {t} ORDER BY {k} LIMIT 5) AS w",
    "SELECT DISTINCT {c} FROM {t}",
    "SELECT {c} AS {k} FROM {t} ORDER BY 1 LIMIT 10 OFFSET 2",
    "SELECT count(*) FROM {t} AS a, {t} AS b WHERE a.{c} = b.{c}",
    "SELECT {t}.{c} FROM {t} JOIN {u} ON {t}.{k} = {u}.{k}",
    "SELECT count(*) FROM {t} WHERE {k} NOT IN (SELECT {k} FROM {u})",
    "WITH {u} AS (SELECT {c} AS x FROM {t}) SELECT x FROM {u}",
    "SELECT max({c}) FILTER (WHERE {k} > 2) FROM {t}",
)
OF_ENGINE = {
    "sqlite": (
        "SELECT group_concat({c}) FROM {t}",
        "SELECT {k} FROM {t} WHERE {c} GLOB 'A*'",
        "SELECT typeof({c}) FROM {t}",
        "SELECT {c} COLLATE NOCASE FROM {t} ORDER BY 1",
        "SELECT sql FROM sqlite_master WHERE name = '{c}'",
        "SELECT rowid FROM {t}",
    ),
    "postgres": (
        "SELECT string_agg({c}::text, ',') FROM {t}",
        "SELECT {k} FROM {t} WHERE {c}::text ILIKE 'a%'",
        "SELECT DISTINCT ON ({c}) {k} FROM {t} ORDER BY {c}, {k}",
        "SELECT x FROM {t} AS x",
        "SELECT row_to_json(x) FROM {t} AS x",
        "SELECT ctid FROM {t}",
    ),
}


def statements(copied, dialect, most):
    """At most so many, spread evenly over tables, columns and forms."""
    tables = sorted(copied)
    everything = [
        form.format(**_words(copied, tables[at], tables[(at + 1) % len(tables)], place))
        for at in range(len(tables))
        for place in range(len(copied[tables[at]].kinds))
        for form in (*FORMS, *OF_ENGINE[dialect])
    ]
    step = max(1, len(everything) // most)
    while step > 1 and any(
        divmod(len(FORMS) + len(OF_ENGINE[dialect]), prime)[1] == 0 == step % prime for prime in (2, 3, 5)
    ):
        step += 1  # else some forms would never come
    return everything[::step][:most]


def _words(copied, table, other, place):
    """t, u: tables; c, k: a column and the first one; v, w: two values of the column as they are."""
    one = copied[table]
    values = [row[place] for row in one.rows if row[place] is not None]
    first, last = (_literal(values[at]) if values else "'a'" for at in (0, -1))
    names = [f'"{name}"' for name in one.kinds]
    return {"t": f'"{table}"', "u": f'"{other}"', "c": names[place], "k": names[0], "v": first, "w": last}


def _literal(value):
    match value:
        case bool() | int() | float():
            return str(value)
        case bytes():
            return "'bytes'"
        case _:
            return "'" + str(value)[:60].replace("'", "''") + "'"
