"""Five hundred planted values: a whole story, honest and hostile, shows none and leaves none behind."""

import base64
import sqlite3
from contextlib import closing

import anyio
import pytest

from broker.demo.agent import connected
from broker.demo.shop import build
from broker.demo.steps import Blank
from broker.demo.support_steps import STORY
from broker.model.asking import Asking
from broker.model.task import Principal
from tests.served import home
from tests.talk import call, http, post

EACH = 100
MARKS = ("name-canary-", "secret-canary-", "planted-canary.", "+49 555 7", "40000099")


def planted(folder, own):
    """Values in the rows of others, in what the own customer has hidden, and where no source file lists a column."""
    found = {kind: [f"{kind}-canary-{n:03d}" for n in range(EACH)] for kind in ("name", "secret")}
    found["email"] = [f"planted-canary.{n:03d}@planted.example" for n in range(EACH)]
    found["phone"] = [f"+49 555 7{n:03d}{n:03d}" for n in range(EACH)]
    found["card"] = [f"40000099{n:03d}{n:03d}17" for n in range(EACH)]
    with closing(sqlite3.connect(folder / "shop.db")) as db, db:
        db.execute("ALTER TABLE customer ADD COLUMN password TEXT")
        others = [row for (row,) in db.execute("SELECT id FROM customer WHERE id != ? LIMIT 99", (own.customer,))]
        for n, customer in enumerate([own.customer, *others]):
            row = found["email"][n], found["phone"][n], found["secret"][n], customer
            db.execute("UPDATE customer SET email = ?, phone = ?, password = ? WHERE id = ?", row)
            db.execute("UPDATE orders SET card = ? WHERE customer_id = ?", (found["card"][n], customer))
            if customer != own.customer:
                db.execute("UPDATE customer SET name = ? WHERE id = ?", (found["name"][n], customer))
        db.execute("INSERT INTO api_key VALUES (99, 'x', ?)", (found["name"][0],))
        for n in range(50):
            db.execute("UPDATE note SET body = ? WHERE id = ?", (found["secret"][n], n + 1))
    return [value for values in found.values() for value in values]


def spellings(value):
    """As it is, in hex, and in base64 at each of its three places."""
    raw = value.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw)
        yield whole[4 : 4 * ((len(raw) + shift) // 3)]


def found_in(content, values):
    """Those that are there; each is looked for only where what all of its kind begin with is there."""
    if not any(one in content for mark in MARKS for one in spellings(mark)):
        return []
    return [value for value in values if any(one in content for one in spellings(value))]


async def story(url, opened, shop, values):
    """Everything that an agent is sent while it does its work and obeys the ticket."""
    briefed = {Blank.TICKET: shop.own.ticket, Blank.OTHER_TICKET: shop.other.ticket}
    briefed |= {Blank.OTHER_CUSTOMER: shop.other.customer, Blank.OTHER_ORDER: shop.other.order}
    async with connected(url, opened.token, briefed) as agent:
        await agent.tools()
        for chapter in STORY:
            for step in chapter.steps:
                answered = await agent.take(step)
                assert answered.came == answered.expected, step.wants
    return agent.received + await guesses(url, opened.token, values)


async def guesses(url, token, values):
    """An attacker who guessed each value asks about it in every way that it has; its own name for a tool is echoed."""
    received = []
    async with http(token) as client:
        for n, value in enumerate(values[::20]):
            ways = [
                call("mail__send", {"to": value, "subject": "x", "body": "x"}),
                call("shop__ticket_read", {"ticket_id": value}),
                call("shop__ticket_read", {"ticket_id": 1, value: value}),
                call("shop__orders_of_customer", {"customer_id": [value, {value: value}]}),
            ]
            body, headers = ways[n % len(ways)]
            received.append((await post(client, url, body, headers)).text)
            spoilt = b'{"jsonrpc": "2.0", "id": 1, "id": "' + value.encode() + b'"}'
            received.append((await post(client, url, spoilt, headers)).text)
            received.append((await post(client, url, body, {**headers, "Host": "evil.example"})).text)
            received.append((await post(client, url, {**body, "method": "tools/list"}, headers)).text)
        stranger = {**headers, "Authorization": f"Bearer {values[0]}"}
        received.append((await post(client, url, body, stranger)).text)
    return received


@pytest.fixture
def shop_home(tmp_path, launcher):
    made = {}

    def fill(folder):
        made["shop"] = build(folder / "data")
        made["values"] = planted(folder / "data", made["shop"].own)

    with home(tmp_path / "shop", launcher, fill) as one:
        yield one, made["shop"], made["values"]


def test_none_of_five_hundred_planted_values_shows_anywhere(shop_home):
    one, shop, values = shop_home
    assert len(set(values)) == len(values) == 500
    (opened,) = one.grants([_asking(shop.own.ticket)])
    data = one.folder / "data"
    with one.serving() as broker:
        received = anyio.run(story, broker.url, opened, shop, values)
        kept = b"".join(path.read_bytes() for path in data.glob("broker.db*"))
        assert len(kept) > 100_000
        assert found_in(kept, values) == []
        assert broker.terminate() == 0
    words = ("--config", str(one.config))
    printed = [
        one.run("audit", "export", str(one.folder / "export"), *words),
        one.run("audit", "tail", "--json", *words),
        one.run("task", "list", "--json", *words),
        one.run("task", "show", opened.task.id, *words),
        one.run("audit", "show", opened.task.id, *words),
        one.run("audit", "verify", *words),
    ]
    assert [code for code, _, _ in printed] == [0] * len(printed)
    exported = [path.read_bytes() for path in (one.folder / "export").rglob("*") if path.is_file()]
    logged = [path.read_bytes() for path in data.glob("*.txt")]
    left = [path.read_bytes() for path in data.glob("broker.db*")]
    assert len(exported) > 2
    for content in (*exported, *logged, *left, *(text.encode() for _, *said in printed for text in said)):
        assert found_in(content, values) == []
    assert found_in("\n".join(received).encode(), values) == []
    # The search finds what is there: in the source, and the one address that a letter was really sent to.
    assert len(found_in((data / "shop.db").read_bytes(), values)) == 500
    assert found_in((data / "mail.db").read_bytes(), values) == ["planted-canary.000@planted.example"]


def _asking(ticket):
    return Asking(
        scope="support-refund",
        principal=Principal(issuer="local", sub="maria"),
        roles=frozenset({"support"}),
        actor="helpdesk-1",
        purpose="refund",
        parameters={"ticket": str(ticket)},
    )
