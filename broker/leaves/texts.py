"""The text of a tool's result as a JSON value, by the form that its `format:` names."""

from __future__ import annotations

from typing import Final, assert_never

from broker.leaves import strict_json, table_in, yaml_in
from broker.leaves.forms import Form, Unparsable
from broker.leaves.strict_json import has_surrogate
from broker.leaves.walk import MAX_DEPTH
from broker.model.label import Json

MAX_CHARS: Final = 4 * 1024 * 1024
_BOM: Final = "\ufeff"


def parse(text: str, form: Form, *, max_depth: int = MAX_DEPTH, max_chars: int = MAX_CHARS) -> Json | Unparsable:
    """An object whose leaves `returns:` can name, or why there is none. Never raises; linear in `text`.

    A root that is no object becomes `{"value": root}`, so that paths start with a word: `value.*.id`. CSV and tables
    are `{"rows": [{column: text}]}`, and text is `{"text": ...}`. What two readers could read differently is refused.

    A table or CSV is only as honest as whoever wrote its cells is kept from ending one: a source that does not escape
    lets the writer of one column write all of them.
    """
    if len(text) > max_chars:
        return Unparsable(f"more than {max_chars} characters")
    if has_surrogate(text):
        return Unparsable("a lone surrogate")
    if form is Form.TEXT:
        return {"text": text}
    if text.startswith(_BOM):
        return Unparsable("a byte order mark")
    match form:
        case Form.JSON:
            found = strict_json.read(text, max_depth=max_depth)
        case Form.YAML:
            found = yaml_in.read(text, max_depth=max_depth)
        case Form.CSV:
            found = table_in.read_csv(text)
        case Form.TABLE:
            found = table_in.read_drawn(text)
        case _:
            assert_never(form)
    return found if isinstance(found, Unparsable) else rooted(found)


def rooted(value: Json) -> Json:
    """An object as it is; anything else under `value`."""
    return value if isinstance(value, dict) else {"value": value}
