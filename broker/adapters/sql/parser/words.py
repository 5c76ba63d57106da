"""The functions, types and operators that a text may use, by their names in PostgreSQL's catalog.

Each looks at nothing but its arguments and is quick for a short one. What reads files, settings, catalogs or other
tables, runs SQL out of a text, waits, holds locks, tells anybody or makes a text a thousand times as long is not here.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "string_agg", "bool_and", "bool_or", "every", "mode"),
        *("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "corr", "covar_pop", "covar_samp"),
        *("percentile_cont", "percentile_disc", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist"),
        *("ntile", "lag", "lead", "first_value", "last_value", "nth_value"),
        *("abs", "ceil", "ceiling", "floor", "round", "trunc", "sign", "sqrt", "power", "exp", "ln", "mod"),
        *("lower", "upper", "initcap", "length", "char_length", "octet_length", "btrim", "ltrim", "rtrim"),
        *("substring", "substr", "left", "right", "replace", "strpos", "position", "concat", "concat_ws"),
        *("reverse", "split_part", "starts_with", "like_escape"),
        *("extract", "date_part", "date_trunc", "to_char", "to_date", "to_timestamp", "date", "age", "make_date"),
        *("now", "timezone", "justify_days"),
        *("json_typeof", "jsonb_typeof", "json_array_length", "jsonb_array_length"),
        *("json_extract_path", "json_extract_path_text", "jsonb_extract_path", "jsonb_extract_path_text"),
    }
)
CLOCKS: Final = frozenset(
    {
        *("current_date", "current_time", "current_time_n", "current_timestamp", "current_timestamp_n"),
        *("localtime", "localtime_n", "localtimestamp", "localtimestamp_n"),
    }
)
"""Of the words that the grammar has for the time, the role, the schema and the database."""
MASKS: Final = frozenset({"sha256", "encode", "decode", "convert_to", "int8send", "translate", "regexp_replace"})
"""What masks are made of beside these. Only the broker writes masks."""

TYPES: Final = frozenset(
    {
        *("bool", "boolean", "int2", "int4", "int8", "numeric", "float4", "float8"),
        *("text", "varchar", "bpchar", "uuid", "json", "jsonb", "bytea"),
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval"),
    }
)
OPERATORS: Final = frozenset(
    {
        *("=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "&", "|", "~", "<<", ">>"),
        *("~~", "!~~", "~~*", "!~~*", "BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"),
        *("->", "->>", "#>", "#>>"),
    }
)
COLLATIONS: Final = frozenset({"C"})
