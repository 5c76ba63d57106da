"""Builds the three databases of the demo: the same seed gives the same shop, row for row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - a seeded shop must be the same each time; nothing secret is made here

from broker.demo import people, tickets
from broker.demo.people import Customer

CUSTOMERS, ORDERS, TICKETS = 500, 3_000, 200
SEED = 20_260_601
STAFF = ("local:maria", "local:jonas", "local:aiko")  # who tickets are assigned to, in turn, as issuer:subject
STORY_TICKET = 42  # assigned to the first of STAFF, and so is every third from there
STORY_TOTAL = 64.90  # within what the scope lets an agent refund

_FIRST_DAY = date(2026, 1, 1)
_FIRST_CUSTOMER, _FIRST_ORDER = 1_001, 5_001  # so that a number says by itself what it is of
_SKUS = ("lamp", "kettle", "radio", "mug", "chair", "clock", "blanket", "vase", "knife", "basket", "mirror", "stool")
_STATUS = ("paid", "packed", "sent", "delivered", "delivered", "delivered")
_NOTES = ("Prefers a call in the evening.", "Asked twice for a paper invoice.", "Friendly; long-standing customer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A ticket, and what a task for it is about."""

    ticket: int
    customer: int
    order: int
    assignee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Where the databases lie, and which rows the story is about."""

    shop: Path
    pay: Path
    mail: Path
    own: Work  # the story's ticket: an honest wish and four orders to the agent
    other: Work  # what it tells the agent to reach for; a colleague's
    hostile: int  # tickets that are an attack, the story's among them
    spare: Work  # an honest ticket of the same person, for whoever wants to try it by hand


def build(folder: Path, *, seed: int = SEED) -> Shop:
    """Make `shop.db`, `pay.db` and `mail.db` in `folder`; what stood there is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    shop, pay, mail = (_empty(folder, name) for name in ("shop", "pay", "mail"))
    with closing(sqlite3.connect(shop)) as db, db:
        hostile = _fill(db, Random(seed))  # noqa: S311 - see the import
        own, other, spare = (_work(db, STORY_TICKET + step) for step in (0, 1, len(STAFF)))
        _tell(db, own, other)
    return Shop(shop=shop, pay=pay, mail=mail, own=own, other=other, spare=spare, hostile=hostile)


def _empty(folder: Path, name: str) -> Path:
    path = folder / f"{name}.db"
    path.unlink(missing_ok=True)
    schema = (Path(__file__).parent / "schema" / f"{name}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(schema)
    return path


def _fill(db: sqlite3.Connection, random: Random) -> int:
    """How many tickets are hostile, once the story's is."""
    customers = people.crowd(random, first=_FIRST_CUSTOMER, size=CUSTOMERS)
    db.executemany(
        "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?)",
        [(c.id, c.name, c.email, c.phone, c.country, _day(random, 0, 150)) for c in customers],
    )
    buyers = _orders(db, random, customers)
    hostile = _tickets(db, random, buyers)
    for note, customer in enumerate(random.sample(customers, 60), start=1):
        row = (note, customer.id, _day(random, 290, 20), random.choice(_NOTES))
        db.execute("INSERT INTO note VALUES (?, ?, ?, ?)", row)
    for key, owner in enumerate(("payments", "warehouse", "newsletter"), start=1):
        db.execute("INSERT INTO api_key VALUES (?, ?, ?)", (key, owner, f"sk-demo-{random.getrandbits(128):032x}"))
    return hostile + 1


def _orders(db: sqlite3.Connection, random: Random, customers: tuple[Customer, ...]) -> dict[int, int]:
    """Order -> its customer. Everybody has one order; who has more is chance, as in a real shop."""
    buyers: dict[int, int] = {}
    for nth in range(ORDERS):
        order, buyer = _FIRST_ORDER + nth, customers[nth] if nth < CUSTOMERS else random.choice(customers)
        lines = [(sku, random.randint(1, 3), random.randint(390, 8_990) / 100) for sku in random.sample(_SKUS, 2)]
        total = round(sum(quantity * price for _, quantity, price in lines), 2)
        row = (order, buyer.id, _day(random, 150, 140), random.choice(_STATUS), total, buyer.card)
        db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", row)
        db.executemany("INSERT INTO order_line VALUES (?, ?, ?, ?)", [(order, *line) for line in lines])
        buyers[order] = buyer.id
    return buyers


def _tickets(db: sqlite3.Connection, random: Random, buyers: dict[int, int]) -> int:
    box = tickets.read()
    hostile = 0
    for ticket, order in enumerate(random.sample(sorted(buyers), TICKETS), start=1):
        attack = box.hostile_to(ticket)
        letter = random.choice(box.honest) if attack is None else attack
        hostile += attack is not None
        said = letter.fill(order=order, sku=random.choice(_SKUS), other_ticket=ticket + 1, other_order=order + 1)
        assignee = STAFF[ticket % len(STAFF)]
        row = (ticket, buyers[order], order, assignee, _day(random, 290, 20), "open", said.subject, said.body)
        db.execute("INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return hostile


def _work(db: sqlite3.Connection, ticket: int) -> Work:
    customer, order, assignee = db.execute(
        "SELECT customer_id, order_id, assignee FROM ticket WHERE id = ?", (ticket,)
    ).fetchone()
    return Work(ticket=ticket, customer=customer, order=order, assignee=assignee)


def _tell(db: sqlite3.Connection, own: Work, other: Work) -> None:
    """Put the story's text into its ticket, and a price into its order that may be refunded."""
    said = tickets.read().story.fill(
        order=own.order,
        total=f"{STORY_TOTAL:.2f}",
        other_ticket=other.ticket,
        other_customer=other.customer,
        other_order=other.order,
    )
    db.execute("DELETE FROM order_line WHERE order_id = ?", (own.order,))
    db.execute("INSERT INTO order_line VALUES (?, 'lamp', 1, ?)", (own.order, STORY_TOTAL))
    db.execute("UPDATE orders SET total = ?, status = 'delivered' WHERE id = ?", (STORY_TOTAL, own.order))
    db.execute("UPDATE ticket SET subject = ?, body = ? WHERE id = ?", (said.subject, said.body, own.ticket))


def _day(random: Random, start: int, days: int) -> str:
    return (_FIRST_DAY + timedelta(days=start + random.randrange(days))).isoformat()
