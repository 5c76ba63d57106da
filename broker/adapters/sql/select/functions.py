"""The functions that a guarded SELECT may call: each looks at nothing but its arguments and the day.

None sleeps, reads a file, a setting or a time zone, throws dice, keeps anything, or makes much out of little: no
`repeat`, `lpad`, `printf`, `zeroblob`, no regular expressions, no function that gives rows. `tests/` holds that each is
read and written as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Arity = tuple[int, int]  # of arguments: at least, at most

_NONE: Final = (0, 0)
_ONE: Final = (1, 1)
_TWO: Final = (2, 2)
_THREE: Final = (3, 3)
_MANY: Final = 16

_BOTH: Final[Mapping[str, Arity]] = {
    **dict.fromkeys(("count", "sum", "avg"), _ONE),
    **dict.fromkeys(("abs", "ceil", "ceiling", "floor", "sign", "sqrt", "exp", "ln"), _ONE),
    **dict.fromkeys(("length", "lower", "upper"), _ONE),
    **dict.fromkeys(("ltrim", "rtrim", "round", "trunc", "log"), (1, 2)),
    **dict.fromkeys(("mod", "power", "nullif"), _TWO),
    "replace": _THREE,
    "substr": (2, 3),
    "coalesce": (1, _MANY),
    **dict.fromkeys(("row_number", "rank", "dense_rank", "percent_rank", "cume_dist"), _NONE),
    **dict.fromkeys(("ntile", "first_value", "last_value"), _ONE),
    **dict.fromkeys(("lag", "lead"), (1, 3)),
    "nth_value": _TWO,
}

SQLITE: Final[Mapping[str, Arity]] = {
    **_BOTH,
    "total": _ONE,
    **dict.fromkeys(("min", "max"), (1, _MANY)),
    "group_concat": (1, 2),
    **dict.fromkeys(("log10", "log2", "typeof", "unicode"), _ONE),
    **dict.fromkeys(("ifnull", "instr", "pow"), _TWO),
    "iif": _THREE,
    "trim": (1, 2),
    "substring": (2, 3),
    **dict.fromkeys(("date", "time", "datetime", "julianday", "unixepoch"), (0, 6)),
    "strftime": (1, 6),
}

POSTGRES: Final[Mapping[str, Arity]] = {
    **_BOTH,
    **dict.fromkeys(("min", "max", "bool_and", "bool_or", "every", "any_value"), _ONE),
    "string_agg": _TWO,
    **dict.fromkeys(("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"), _ONE),
    **dict.fromkeys(("corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2"), _TWO),
    **dict.fromkeys(("percentile_cont", "percentile_disc"), _ONE),
    "mode": _NONE,
    "grouping": (1, _MANY),
    **dict.fromkeys(("char_length", "character_length", "octet_length", "initcap", "reverse"), _ONE),
    "btrim": (1, 2),
    **dict.fromkeys(("left", "right", "strpos", "starts_with"), _TWO),
    **dict.fromkeys(("split_part", "translate"), _THREE),
    "concat": (1, _MANY),
    "concat_ws": (2, _MANY),
    **dict.fromkeys(("greatest", "least"), (1, _MANY)),
    **dict.fromkeys(("cbrt", "log10"), _ONE),
    "div": _TWO,
    "width_bucket": (4, 4),
    **dict.fromkeys(("date_trunc", "date_part", "to_char", "to_date", "to_number"), _TWO),
    **dict.fromkeys(("age", "to_timestamp"), (1, 2)),
    **dict.fromkeys(("date", "justify_days", "justify_hours", "justify_interval"), _ONE),
    "make_date": _THREE,
    "now": _NONE,
}

CALL: Final = "~"
"""Before the name of a function that may be called, while a query is read. sqlglot knows hundreds of functions and
writes many of them in another way than it read them (`date_part` as EXTRACT, formats by its own table); a name that it
cannot know stays. Nothing that a query says outside of quotes can start so.
"""

ALLOWED: Final[Mapping[str, Mapping[str, Arity]]] = {"sqlite": SQLITE, "postgres": POSTGRES}
"""By dialect. What has a syntax of its own stands in `grammar`: CAST, EXTRACT, TRIM, SUBSTRING, POSITION, CASE."""

AGGREGATES: Final = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "string_agg", "bool_and", "bool_or", "every", "any_value", "grouping"),
        *("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "corr", "covar_pop", "covar_samp"),
        *("regr_slope", "regr_intercept", "regr_r2", "percentile_cont", "percentile_disc", "mode"),
    }
)
"""PostgreSQL's."""

SQLITE_DATES: Final = frozenset({"date", "time", "datetime", "julianday", "unixepoch", "strftime"})
"""Their modifiers may name the server's time zone."""

POSTGRES_FIELDS: Final = frozenset(
    {
        *("microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year"),
        *("decade", "century", "millennium", "dow", "doy", "isodow", "isoyear", "epoch"),
    }
)
"""What may be taken of a date, and what a date may be cut to."""

POSTGRES_FIELD_FIRST: Final = frozenset({"date_part", "date_trunc"})
