"""What generated statements are made of: literals near what is hidden, and names that are easily taken for another."""

from broker.actions.shapes import shape
from tests.oracle.shop import CLASSES, COLUMNS, TYPES, first
from tests.oracle.worlds import TASK_KEY, second

ALIASES = ("a", "b", "t", "q", "Ab", '"a b"', '"select"', '"Ünï"', "customer", "orders", '"secrets"', '"x.y"')
LABELS = ("x", "n", "id", "phone", "total", '"Total"', '"a b"', '"order"', '"name"', "customer")
COMMENTS = (" /* x */ ", " /* ' */ ", " -- '\n ", "\n", "\t")
PATHS = ("$.p", "$.who.x", "$.tags", "$")
DATES = ("1980-02-29", "1980-02-28", "1971-07-07", "2000-01-01")


def literals(world, engine):
    """Type -> SQL: what is hidden in either database, its beginnings, what is shown for it, and what is beside it."""
    rows = first(engine)
    texts = {"", "a", "%", "kim", "tea", "paid", "2026", "psn-person-h"}
    numbers = {"0", "1", "2", "10", "-1", "78", "2147483647"}
    for one in (rows, second(world, rows)):
        for table, columns in COLUMNS.items():
            for row in one[table]:
                for column, value in zip(columns, row, strict=True):
                    if TYPES.get(column, "text") == "text" and isinstance(value, str):
                        texts |= {value, value[:3], value[-4:], _seen(world, table, column, value)}
                    elif TYPES.get(column) in {"int", "num"} and value is not None and abs(value) < 1e16:
                        numbers.add(repr(value))
    plain = sorted(one for one in texts if one is not None and one.isprintable())
    return {
        "text": tuple(_quoted(one) for one in plain),
        "like": tuple(_quoted(one.replace("%", "") + end) for one in plain for end in ("%", "_%")),
        "int": tuple(sorted(one for one in numbers if "." not in one and "e" not in one)),
        "num": tuple(sorted(numbers)),
        "date": tuple(f"{'DATE ' if engine == 'postgres' else ''}'{one}'" for one in DATES),
    }


def _seen(world, table, column, value):
    action = world.action(table, column)
    if action == "drop":
        return None
    found = shape("pseudonym" if action == "handle" else action, CLASSES[table][column], value, TASK_KEY)
    return found if isinstance(found, str) else None


def _quoted(text):
    return "'" + text.replace("'", "''") + "'"
