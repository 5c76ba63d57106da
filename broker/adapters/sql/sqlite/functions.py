"""The functions that a statement may call in SQLite."""

from __future__ import annotations

from typing import Final

_JSON: Final = frozenset({"json_array_length", "json_extract", "json_type", "json_valid", "->", "->>"})
# They look at nothing but their arguments; the date functions also at the clock. The engine's own for LIKE and GLOB.
FUNCTIONS: Final = frozenset(
    {
        *("abs", "avg", "ceil", "ceiling", "char", "coalesce", "count"),
        *("cume_dist", "current_date", "current_time", "current_timestamp", "date", "datetime", "dense_rank"),
        *("first_value", "floor", "glob", "group_concat", "hex", "ifnull", "iif"),
        *("instr", "julianday", "lag", "last_value", "lead", "length", "like"),
        *("likelihood", "lower", "ltrim", "max", "min", "mod", "nth_value"),
        *("ntile", "nullif", "percent_rank", "pow", "power", "quote", "random"),
        *("rank", "replace", "round", "row_number", "rtrim", "sign", "sqrt"),
        *("strftime", "substr", "substring", "sum", "time", "total", "trim"),
        *("trunc", "typeof", "unicode", "unixepoch", "upper"),
        *_JSON,
    }
)

OF_A_QUERY: Final = FUNCTIONS - _JSON - {"random"} | {"exp", "ln", "log", "log10", "log2"}
"""Of a query that an agent wrote: what it says twice is the same."""
