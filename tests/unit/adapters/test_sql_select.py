"""A tool that runs an agent's own SELECT: what it shows, what it labels, what it refuses and how it says so."""

import anyio
import pytest

from broker.adapters.sql.kind import Sql
from broker.adapters.sql.select.functions import SQLITE
from broker.adapters.sql.select.reach import Unfit
from broker.adapters.sql.select_tool import Judged, SelectTool
from broker.adapters.sql.sqlite.functions import OF_A_QUERY
from broker.model.faults import Effect, ToolFault
from broker.model.label import Leaf, Writer
from broker.model.scope import Condition, RowsAny, RowsSubject, RowsWhere
from broker.model.tool import Effect as ToolEffect
from broker.model.tool import Policy
from broker.pipeline import NOBODY
from tests import kit, sql_kit, veil_kit

ANY = RowsAny("a test")


@pytest.fixture
def folder(tmp_path):
    sql_kit.build(tmp_path)
    return tmp_path


def test_a_select_tool_takes_a_text_and_says_which_tables_are_somebodys(folder):
    compiled, _ = veil_kit.tool(folder)
    assert set(compiled.derived) == compiled.arguments == {"sql"}
    assert compiled.derived["sql"].policy is Policy.CODE
    assert compiled.derived["sql"].handles == frozenset()
    assert (compiled.effects, compiled.free, compiled.max_rows) == ({ToolEffect.READ}, True, 500)
    assert compiled.owned == {"customer", "order", "order_line"}


SAID = {
    "no table": ({"tables": ()}, "at least one table"),
    "an unlisted table": ({"tables": ("api_key",)}, "`api_key` among"),
    "no rows": ({"tables": ("product",), "max_rows": 0}, "a whole number from 1 up"),
}


@pytest.mark.parametrize(("said", "why"), SAID.values(), ids=SAID)
def test_a_select_tool_over_nothing_does_not_load(folder, said, why):
    found = Sql(root=folder).compile(sql_kit.SOURCE, "query", {"select": said, "timeout": 1.0}, folder)
    assert why in found[0].expected


async def test_a_query_shows_what_its_exposure_says(folder):
    found = await veil_kit.asked(veil_kit.tool(folder), "SELECT id, name, email FROM customer")
    (row,) = found.value["rows"]
    assert (row["id"], row["name"]) == (1, "[person]")
    assert row["email"].startswith("psn-email-")


ACTIONS = {"handle": "psn-email-", "show": "own-ann@x.example", "unheard-of": "[email]", "redact": "[email]"}


@pytest.mark.parametrize(("action", "shown"), ACTIONS.items(), ids=ACTIONS)
async def test_an_action_is_what_it_is_inside_a_query(folder, action, shown):
    found = await veil_kit.asked(
        veil_kit.tool(folder), "SELECT email FROM customer", exposure={"public": "show", "email": action}
    )
    assert found.value["rows"][0]["email"].startswith(shown)


async def test_a_class_without_an_action_is_redacted(folder):
    found = await veil_kit.asked(veil_kit.tool(folder), "SELECT email, id FROM customer", exposure={"public": "show"})
    assert found.value["rows"] == [{"email": "[email]", "id": 1}]


async def test_a_dropped_column_is_not_there_and_is_not_named(folder):
    found = await veil_kit.asked(
        veil_kit.tool(folder), "SELECT email FROM customer", exposure={**veil_kit.EXPOSURE, "email": "drop"}
    )
    assert "available: id, name, boss" in found


@pytest.mark.requirement("rows")
async def test_a_query_reaches_the_rows_of_its_subject(folder):
    tool = veil_kit.tool(folder)
    assert (await veil_kit.asked(tool, 'SELECT id FROM "order"')).value["rows"] == [{"id": 11}, {"id": 12}]
    other = await veil_kit.asked(tool, 'SELECT id FROM "order"', parameters={"customer": 2})
    assert other.value["rows"] == [{"id": 21}]


@pytest.mark.requirement("rows")
async def test_a_filter_may_go_through_a_table_that_no_query_may_name(folder):
    tool = veil_kit.tool(folder, listed=("order_line",))
    found = await veil_kit.asked(tool, "SELECT sku FROM order_line ORDER BY sku")
    assert found.value["rows"] == [{"sku": "both"}, {"sku": "own-sku"}]
    assert "`order` is not available" in await veil_kit.asked(tool, 'SELECT id FROM "order"')


async def test_where_what_decides_whose_a_row_is_may_not_be_seen_nothing_is_available(folder):
    found = await veil_kit.asked(veil_kit.tool(folder), "SELECT id FROM customer", exposure={"public": "redact"})
    assert found == "nothing is available here"


async def test_conditions_hold_where_no_subject_does(folder):
    rows = RowsWhere((("product", (Condition("sku", None, "both"),)),))
    tool = veil_kit.tool(folder, listed=("product",), rows=rows)
    found = await veil_kit.asked(tool, "SELECT title FROM product", rows=rows)
    assert found.value["rows"] == [{"title": "B"}]


SOFT = {**sql_kit.SOURCE, "tables": {**sql_kit.SOURCE["tables"]}}
HIDDEN_KEY = {**SOFT["tables"], "order": {**SOFT["tables"]["order"], "customer_id": kit.leaf("person")}}


@pytest.mark.parametrize("listed", [("order",), ("order_line",)], ids=["its own", "on the way"])
def test_rows_that_a_masked_column_tells_apart_do_not_load(folder, listed):
    source = {**SOFT, "tables": HIDDEN_KEY}
    _, tool = Sql(root=folder).compile(source, "q", {"select": {"tables": listed}, "timeout": 1.0}, folder)
    assert "`order.customer_id` decides whose a row is and is `person`" in tool.admit(RowsSubject("customer"))


def test_a_private_table_that_leads_nowhere_does_not_load(folder):
    _, tool = Sql(root=folder).compile(sql_kit.SOURCE, "q", {"select": {"tables": ("staff",)}, "timeout": 1.0}, folder)
    assert "`staff` holds private columns" in tool.admit(RowsSubject("customer"))


async def test_rows_that_were_not_admitted_are_not_read(folder):
    tool = veil_kit.tool(folder)
    assert tool[1].admit(ANY) is None  # another scope's: where none is said, it is not meant
    for rows in (RowsSubject("other"), None):
        with pytest.raises(ToolFault, match="no rows"):
            await tool[1].invoke(veil_kit.opened(tool, "SELECT id FROM customer", rows=rows), NOBODY.progress)


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, 2**63])
async def test_a_parameter_that_sql_cannot_hold_runs_nothing(folder, value):
    tool = veil_kit.tool(folder)
    with pytest.raises(ToolFault) as caught:
        await veil_kit.asked(tool, "SELECT id FROM customer", parameters={"customer": value})
    assert caught.value.effect is Effect.NONE


async def test_what_is_unfit_says_how_it_could_be_asked_and_does_not_run(folder):
    tool = veil_kit.tool(folder)
    for sql in ("DELETE FROM customer", "SELECT secret FROM customer", "SELECT 1; SELECT 2", "nonsense"):
        assert isinstance(await veil_kit.asked(tool, sql), str)
        with pytest.raises(ToolFault, match="not fit"):
            await tool[1].invoke(veil_kit.opened(tool, sql), NOBODY.progress)


def leaf(kind, **more):
    return Leaf(kind=kind, writer=Writer.SYSTEM, at_source=True, **more)


LABELS = {
    "a column as it is": ("SELECT email AS x FROM customer", leaf("email")),
    "a public one": ("SELECT sku AS x FROM product", leaf("public")),
    "the subject": ("SELECT id AS x FROM customer", leaf("public", subject=True)),
    "what is computed of one": ("SELECT upper(email) AS x FROM customer", leaf("email")),
    "what is computed of two": ("SELECT name || email AS x FROM customer", leaf("person", beside=frozenset({"email"}))),
    "what stands beside a condition": (
        "SELECT id AS x FROM customer WHERE email <> ''",
        leaf("public", subject=True, beside=frozenset({"email"})),
    ),
    "how many there are": (
        "SELECT count(*) AS x FROM customer ORDER BY max(name)",
        leaf("public", beside=frozenset({"person"})),
    ),
    "nothing at all": ("SELECT 1 AS x", Leaf(kind="public", writer=Writer.SYSTEM, at_source=True)),
}


@pytest.mark.requirement("label-from-leaves")
@pytest.mark.parametrize(("sql", "said"), LABELS.values(), ids=LABELS)
async def test_a_result_says_of_each_column_what_all_of_it_was_made_of(folder, sql, said):
    found = await veil_kit.asked(veil_kit.tool(folder, rows=ANY), sql, rows=ANY)
    assert found.leaves["rows.*.x"] == said
    assert set(found.leaves) == {"rows.*.x", "truncated"}


async def test_a_result_is_no_more_trusted_than_the_least_of_what_it_read(folder):
    tables = {"product": {"sku": kit.leaf(), "title": kit.leaf(writer=Writer.ANYONE)}}
    tool = veil_kit.tool(folder, source={"url": "sqlite:///shop.db", "tables": tables}, listed=("product",), rows=ANY)
    found = await veil_kit.asked(tool, "SELECT sku FROM product ORDER BY title", rows=ANY)
    assert found.leaves["rows.*.sku"].writer is Writer.ANYONE


@pytest.mark.requirement("size-limits")
@pytest.mark.parametrize(("max_rows", "granted", "shown"), [(2, 100, 2), (500, 1, 1), (500, 100, 3), (3, 3, 3)])
async def test_no_more_rows_than_the_tool_and_the_grant_say(folder, max_rows, granted, shown):
    tool = veil_kit.tool(folder, max_rows=max_rows, rows=ANY)
    found = await veil_kit.asked(tool, "SELECT sku FROM product", rows=ANY, limits=(granted, 1 << 20))
    assert (found.rows, found.value["truncated"]) == (shown, shown < 3)


async def test_two_exposures_of_one_query_do_not_meet(folder):
    tool, sql = veil_kit.tool(folder), "SELECT name FROM customer"
    said = [
        (await veil_kit.asked(tool, sql, exposure={**veil_kit.EXPOSURE, "person": action})).value["rows"][0]["name"]
        for action in ("show", "redact", "show")
    ]
    assert said == ["own-ann", "[person]", "own-ann"]


def test_a_query_is_judged_for_whoever_asks(folder):
    _, tool = veil_kit.tool(folder)
    one = tool.judge("SELECT id FROM customer", veil_kit.ROWS, veil_kit.EXPOSURE)
    assert isinstance(one, Judged)
    assert one.guarded.reads == {("customer", "id")}
    assert isinstance(tool.judge("SELECT nothing FROM customer", veil_kit.ROWS, veil_kit.EXPOSURE), Unfit)
    with pytest.raises(ToolFault, match="no rows"):
        tool.judge("SELECT id FROM customer", RowsSubject("other"), veil_kit.EXPOSURE)


async def test_a_query_that_was_judged_is_not_judged_again(folder, monkeypatch):
    tool, judged = veil_kit.tool(folder), []
    judge = SelectTool._judge
    monkeypatch.setattr(SelectTool, "_judge", lambda self, key: judged.append(key) or judge(self, key))
    for sql in ("SELECT id FROM customer", "SELECT secret FROM customer") * 3:
        await veil_kit.asked(tool, sql)
    assert len(judged) == 2


async def test_calls_side_by_side_do_not_meet(folder):
    tool, found = veil_kit.tool(folder), {}

    async def call(customer):
        result = await veil_kit.asked(tool, 'SELECT id FROM "order"', parameters={"customer": customer})
        found[customer] = [row["id"] for row in result.value["rows"]]

    async with anyio.create_task_group() as group:
        for customer in (1, 2, 3):
            group.start_soon(call, customer)
    assert found == {1: [11, 12], 2: [21], 3: []}


def test_every_function_that_the_guard_lets_through_sqlite_takes():
    assert set(SQLITE) <= OF_A_QUERY


DRIFT = {
    "a table that is gone": ("DROP TABLE product", "no table `product`"),
    "a column that is gone": ("ALTER TABLE product DROP COLUMN title", "no column `product.title`"),
    "a view instead": (
        "DROP TABLE product; CREATE VIEW product AS SELECT name AS sku, secret AS title FROM customer",
        "is a view or virtual",
    ),
    "a virtual table instead": (
        "DROP TABLE product; CREATE VIRTUAL TABLE product USING fts5(sku, title)",
        "is a view or virtual",
    ),
}


@pytest.mark.parametrize(("change", "said"), DRIFT.values(), ids=DRIFT)
async def test_a_schema_that_changed_is_an_error_and_no_wrong_answer(folder, change, said):
    tool = veil_kit.tool(folder, listed=("product",))
    assert tool[1].missing() is None
    for one in change.split("; "):
        sql_kit.ask(folder, one)
    assert said in tool[1].missing()
    for sql in ("SELECT title FROM product", "SELECT count(*) FROM product", "SELECT sku FROM product"):
        with pytest.raises(ToolFault) as caught:
            await veil_kit.asked(tool, sql)
        assert caught.value.effect is Effect.NONE


def test_a_way_that_is_gone_is_missed(folder):
    tool = veil_kit.tool(folder, listed=("order_line",))
    sql_kit.ask(folder, 'DROP TABLE "order"')
    assert "no table `order`" in tool[1].missing()
