"""A source that is slow keeps nobody of another source waiting."""

from contextlib import suppress
from pathlib import Path

import anyio
import anyio.lowlevel

from broker.adapters.sql.kind import Sql
from broker.model.faults import ToolFault
from broker.model.scope import RowsAny
from tests import sql_kit

SLOW = (
    "SELECT COUNT(*) AS n FROM product AS a, product AS b, product AS c, product AS d, product AS e, product AS f, "
    "product AS g, product AS h, product AS i, product AS j, product AS k, product AS l, product AS m, product AS n, "
    "product AS o, product AS p, product AS q"
)


def tool(kind: Sql, folder: Path, url: str, sql: str):
    (folder / "query.sql").write_text(sql, encoding="utf-8")
    said = {"sql": "query.sql", "arguments": {}, "bind": {}, "timeout": 30.0, "returns": {"n": sql_kit.PUBLIC}}
    return kind.compile({**sql_kit.SOURCE, "url": url}, "query", said, folder)


async def cut_off(slow):
    with suppress(ToolFault):  # a statement that is stopped says so
        await sql_kit.run(slow, RowsAny("a test"))


async def test_a_crowd_at_one_source_is_no_crowd_at_another(tmp_path):
    for name in ("slow", "quick"):
        (tmp_path / name).mkdir()
        sql_kit.build(tmp_path / name)
    kind = Sql(root=tmp_path)
    slow = tool(kind, tmp_path, "sqlite:///slow/shop.db", SLOW)
    quick = tool(kind, tmp_path, "sqlite:///quick/shop.db", "SELECT COUNT(*) AS n FROM product")
    one = slow[1].limiter
    async with anyio.create_task_group() as tasks:
        for _ in range(int(one.total_tokens) + 1):
            tasks.start_soon(cut_off, slow)
        while one.statistics().tasks_waiting == 0:
            await anyio.lowlevel.checkpoint()
        with anyio.fail_after(20):
            found = await sql_kit.run(quick, RowsAny("a test"))
        tasks.cancel_scope.cancel()
    assert found.value["rows"] == [{"n": 3}]


def test_the_tools_of_one_source_share_its_crowd(tmp_path):
    kind = Sql(root=tmp_path)
    one, other = (tool(kind, tmp_path, "sqlite:///x.db", "SELECT COUNT(*) AS n FROM product") for _ in range(2))
    assert one[1].limiter is other[1].limiter
