"""A text is read in the one form that was named, or not at all."""

import pytest

from broker.leaves.forms import Form, Unparsable
from broker.leaves.texts import parse


def rows(*names):
    return lambda *cells: {"rows": [dict(zip(names, one, strict=True)) for one in cells]}


AB = rows("a", "b")

READ = {
    "an object": (Form.JSON, '{"a": [1, "x", null]}', {"a": [1, "x", None]}),
    "an array": (Form.JSON, '[{"x": 1}]', {"value": [{"x": 1}]}),
    "a number": (Form.JSON, " 1.5 \n", {"value": 1.5}),
    "null": (Form.JSON, "null", {"value": None}),
    "a key of ours": (Form.JSON, '{"value": 1}', {"value": 1}),
    "a map": (Form.YAML, "a: 1\nb: [x, 'y']\n", {"a": 1, "b": ["x", "y"]}),
    "a list": (Form.YAML, "- a: 1\n- a: 2", {"value": [{"a": 1}, {"a": 2}]}),
    "a document with its marks": (Form.YAML, "---\na: b\n...\n", {"a": "b"}),
    "words that old YAML took for truth": (Form.YAML, "[no, on, Yes, y]", {"value": ["no", "on", "Yes", "y"]}),
    "the core schema": (
        Form.YAML,
        "[~, Null, '', True, FALSE, 010, -0, +5, 0o17, 0xfF, 1e3, .5, 2., 1_000, 12:30, 2026-11-24, -, '1']",
        {
            "value": [
                *(None, None, "", True, False, 10, 0, 5, 15, 255, 1000.0, 0.5, 2.0),
                *("1_000", "12:30", "2026-11-24", "-", "1"),
            ]
        },
    ),
    "keys are text as written": (Form.YAML, "1: a\nnull: b\ntrue: c", {"1": "a", "null": "b", "true": "c"}),
    "nothing after a colon": (Form.YAML, "a:\nb: ''", {"a": None, "b": ""}),
    "a block": (Form.YAML, "a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    "a formula is data": (Form.CSV, "a,b\n=cmd|'/c calc'!A0,@x\n", AB(("=cmd|'/c calc'!A0", "@x"))),
    "CRLF, quotes, a break in a cell": (Form.CSV, 'a,b\r\n"x ""y"", z","1\n2"\r\n', AB(('x "y", z', "1\n2"))),
    "no line break at the end": (Form.CSV, "a,b\n1,", AB(("1", ""))),
    "a header alone": (Form.CSV, "a,b", {"rows": []}),
    "spaces are part of a cell": (Form.CSV, "a,b\n 1 ,2", AB((" 1 ", "2"))),
    "Markdown": (Form.TABLE, "| a | b |\n|---|:-:|\n| 1 | x y |\n|  |2|\n", AB(("1", "x y"), ("", "2"))),
    "Markdown with a bar in a cell": (Form.TABLE, "|a|b|\n|-|-|\n|x\\|y|C:\\dir|", AB(("x|y", "C:\\dir"))),
    "Markdown between empty lines": (Form.TABLE, "\n \n|a|b|\r\n|-|-|\r\n|1|2|\r\n\n", AB(("1", "2"))),
    "a box": (
        Form.TABLE,
        "+---+----+\n| a | b  |\n+---+----+\n| 1 | xy |\n|   | +  |\n+---+----+",
        AB(("1", "xy"), ("", "+")),
    ),
    "a box of nothing": (Form.TABLE, "+---+---+\n| a | b |\n+---+---+\n+---+---+", {"rows": []}),
    "a shell's table": (Form.TABLE, " a | b  \n---+----\n 1 | xy\n 2 | \n(2 rows)\n", AB(("1", "xy"), ("2", ""))),
    "a shell's table of one column": (Form.TABLE, " a \n---\n 1\n", rows("a")(("1",))),
    "any text": (Form.TEXT, "\ufeffa\x00\u202e| b |", {"text": "\ufeffa\x00\u202e| b |"}),
    "no text": (Form.TEXT, "", {"text": ""}),
}


@pytest.mark.parametrize(("form", "text", "value"), READ.values(), ids=READ)
def test_what_has_one_reading_is_read(form, text, value):
    found = parse(text, form)
    assert found == value
    assert repr(found) == repr(value)  # 1, 1.0 and True are three values


LAUGHS = "a0: &x0 [x,x]\n" + "\n".join(f"a{n}: &x{n} [*x{n - 1},*x{n - 1}]" for n in range(1, 20))
REFUSED = {
    "a key twice": (Form.JSON, '{"a": 1, "a": 2}'),
    "a number that is none": (Form.JSON, '{"a": NaN}'),
    "an integer beyond 2^53": (Form.JSON, "[9007199254740993]"),
    "half a character": (Form.JSON, '"\\ud800"'),
    "depth": (Form.JSON, "[" * 33 + "]" * 33),
    "text behind it": (Form.JSON, "{} done"),
    "a byte order mark": (Form.JSON, "\ufeff{}"),
    "a raw NUL": (Form.JSON, '"\x00"'),
    "no JSON at all": (Form.JSON, ""),
    "a billion laughs": (Form.YAML, LAUGHS),
    "an anchor that nobody uses": (Form.YAML, "a: &x 1"),
    "an alias": (Form.YAML, "a: *x"),
    "a merge": (Form.YAML, "a: {x: 1}\nb:\n  <<: {y: 1}"),
    "a tag": (Form.YAML, "!!python/object/apply:os.system ['id']"),
    "a tag that looks harmless": (Form.YAML, "a: !!str 1"),
    "a tag of nothing": (Form.YAML, "a: ! 1"),
    "a directive": (Form.YAML, "%YAML 1.1\n---\na: on"),
    "two documents": (Form.YAML, "a: 1\n---\nb: 2"),
    "a key twice in YAML": (Form.YAML, "a: 1\n'a': 2"),
    "a list as a key": (Form.YAML, "? [a]\n: b"),
    "infinity": (Form.YAML, "a: .inf"),
    "no number": (Form.YAML, "a: .NaN"),
    "an integer beyond 2^53 in YAML": (Form.YAML, "a: 9007199254740993"),
    "one in another base": (Form.YAML, "a: 0xfffffffffffffffffff"),
    "a float beyond a double": (Form.YAML, "a: 1e999"),
    "half a character in YAML": (Form.YAML, '"\\ud800"'),
    "a character beyond Unicode": (Form.YAML, '"\\UFFFFFFFF"'),
    "a version of many digits": (Form.YAML, f"%YAML 1.{'1' * 5000}\n---\na"),
    "depth in YAML": (Form.YAML, "[" * 33 + "]" * 33),
    "depth without an end": (Form.YAML, "[" * 100_000),
    "depth by dashes": (Form.YAML, "- " * 50_000),
    "more YAML than is read": (Form.YAML, "a" * (128 * 1024 + 1)),
    "a NUL in YAML": (Form.YAML, "a: \x00"),
    "nothing in YAML": (Form.YAML, "# only a word\n"),
    "a mark in YAML": (Form.YAML, "\ufeffa: 1"),
    "a short row": (Form.CSV, "a,b\n1"),
    "a long row": (Form.CSV, "a,b\n1,2,3"),
    "an empty line": (Form.CSV, "a,b\n\n1,2"),
    "a column twice": (Form.CSV, "a,a\n1,2"),
    "a column without a name": (Form.CSV, "a,\n1,2"),
    "nothing in CSV": (Form.CSV, ""),
    "a quote that does not end": (Form.CSV, 'a,b\n"1,2'),
    "text behind a quote": (Form.CSV, 'a,b\n"1"x,2'),
    "a lone CR": (Form.CSV, "a,b\r1,2"),
    "a NUL in CSV": (Form.CSV, "a,b\n1,\x00"),
    "a mark in CSV": (Form.CSV, "\ufeffa,b\n1,2"),
    "a name as a bomb": (Form.CSV, "a" * 100_000 + "\n" + "1\n" * 1000),
    "words before the table": (Form.TABLE, "Here it is:\n|a|\n|-|\n|1|"),
    "words behind the table": (Form.TABLE, "|a|\n|-|\n|1|\nDone."),
    "two tables": (Form.TABLE, "|a|\n|-|\n|1|\n\n|a|\n|-|\n|2|"),
    "no rule": (Form.TABLE, "|a|b|\n|1|2|"),
    "a rule of another width": (Form.TABLE, "|a|b|\n|-|\n|1|2|"),
    "a row of another width": (Form.TABLE, "|a|b|\n|-|-|\n|1|2|3|"),
    "a row without its last bar": (Form.TABLE, "|a|b|\n|-|-|\n|1|2"),
    "a bar behind two backslashes": (Form.TABLE, "|a|b|\n|-|-|\n|x\\\\|y|"),
    "a column twice in a table": (Form.TABLE, "|a| a|\n|-|-|\n|1|2|"),
    "an escape sequence": (Form.TABLE, "|a|\n|-|\n|\x1b[31mx|"),
    "a CR inside a line": (Form.TABLE, "|a|\n|-|\n|1|\r|2|"),
    "a box without its end": (Form.TABLE, "+---+\n| a |\n+---+\n| 1 |"),
    "a box and words": (Form.TABLE, "+---+\n| a |\n+---+\n| 1 |\n+---+\n1 row in set"),
    "a bar in a box": (Form.TABLE, "+-----+\n| a   |\n+-----+\n| 1|2 |\n+-----+"),
    "a wide character in a box": (Form.TABLE, "+----+---+\n| a  | b |\n+----+---+\n| \u6f22 | 1 |\n+----+---+"),
    "a border out of place": (Form.TABLE, " a | b \n---+---\n 1  | 2"),
    "a cell that goes on": (Form.TABLE, " a   | b \n-----+---\n x  +| 2\n y   |  "),
    "another number of rows": (Form.TABLE, " a | b \n---+---\n 1 | 2\n(2 rows)"),
    "nothing in a table": (Form.TABLE, ""),
    "half a character in a text": (Form.TEXT, "a\udc00"),
    "more text than is read": (Form.TEXT, "a" * (4 * 1024 * 1024 + 1)),
}


@pytest.mark.parametrize(("form", "text"), REFUSED.values(), ids=REFUSED)
def test_what_has_two_readings_or_none_is_refused(form, text):
    found = parse(text, form)
    assert isinstance(found, Unparsable)
    assert text == "" or text not in found.why


def test_depth_and_size_are_the_callers_to_narrow():
    assert isinstance(parse("[[1]]", Form.JSON, max_depth=1), Unparsable)
    assert isinstance(parse("a: [1]", Form.YAML, max_depth=1), Unparsable)
    assert isinstance(parse("abc", Form.TEXT, max_chars=2), Unparsable)
