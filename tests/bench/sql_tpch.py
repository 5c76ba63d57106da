"""A wholesaler and a shop: what stands in their tables, the same at every run, and what analysts ask of them."""

import datetime as dt
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

HERE = Path(__file__).parents[1] / "vectors" / "tpch"
REGIONS = ("africa", "america", "asia", "europe", "middle east")
NATIONS = (
    *("algeria", "egypt", "kenya", "morocco", "ethiopia", "argentina", "brazil", "canada", "peru", "mexico"),
    *("china", "india", "japan", "indonesia", "vietnam", "france", "germany", "romania", "russia", "spain"),
    *("iran", "iraq", "jordan", "turkey", "qatar"),
)
COLOURS = ("almond", "forest", "green", "ivory", "lemon", "plum", "rose", "sky")
KINDS = ("economy", "promo", "medium", "standard")
METALS = ("brass", "steel", "tin")
SIZES = (3, 9, 14, 19, 23, 36, 45, 49)
SEGMENTS = ("building", "machinery", "household", "furniture", "automobile")
MODES = ("air", "mail", "ship", "truck", "rail")
PRIORITIES = ("1-urgent", "2-high", "3-medium", "4-low")
SHOWN = {  # column -> action, class; what stands here for neither table is public
    "customer": {
        "name": ("pseudonym", "person"),
        "address": ("redact", "address"),
        "phone": ("last4", "phone"),
        "email": ("domain", "email"),
    },
    "supplier": {"phone": ("last4", "phone"), "address": ("redact", "address")},
    "orders": {"clerk": ("pseudonym", "person"), "card": ("hide", "card")},
    "ticket": {"subject": ("redact", "free-text"), "body": ("redact", "free-text")},
    "note": {"body": ("redact", "free-text")},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    name: str
    says: str
    sql: str


def questions(file):
    """Of one of the files beside the schema: each starts with `-- q01: what is asked`."""
    text = (HERE / file).read_text(encoding="utf-8")
    found = re.findall(r"^-- ([a-z]\d\d): (.+)\n((?:(?!--).*\n)+)", text, re.MULTILINE)
    return [Question(name=name, says=says, sql=sql.strip().rstrip(";")) for name, says, sql in found]


def schema(world):
    """`world`: tpch or shop."""
    return (HERE / {"tpch": "schema.sql", "shop": "shop_schema.sql"}[world]).read_text(encoding="utf-8")


def columns(world):
    """table -> its columns, as the schema has them."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema(world))
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        named = "SELECT name FROM pragma_table_info(?)"
        return {table: [name for (name,) in database.execute(named, (table,))] for table in tables}


def pick(seed, of):
    """A number below `of`, or one of the values in it; always the same for the same seed."""
    number = crc32(seed.encode())
    return number % of if isinstance(of, int) else of[number % len(of)]


def day(start, after):
    return (dt.date.fromisoformat(start) + dt.timedelta(days=after)).isoformat()


def rows(world):
    """table -> its rows, in an order that keeps the references."""
    return _wholesaler() if world == "tpch" else _shop()


def _wholesaler():
    supplied = [(part, 1 + (part * 3 + 7 * way) % 30) for part in range(1, 81) for way in range(4)]
    orders = [_order(one) for one in range(1, 701)]
    return {
        "region": [(one, name) for one, name in enumerate(REGIONS, 1)],
        "nation": [(one, 1 + (one - 1) // 5, name) for one, name in enumerate(NATIONS, 1)],
        "supplier": [_supplier(one) for one in range(1, 31)],
        "part": [_part(one) for one in range(1, 81)],
        "part_supply": [
            (part, supplier, 1 + pick(f"available{part}/{supplier}", 9_000), 1 + pick(f"cost{part}/{supplier}", 900))
            for part, supplier in supplied
        ],
        "customer": [_customer(one) for one in range(1, 121)],
        "orders": orders,
        "line_item": [line for order in orders for line in _lines(order, supplied)],
    }


def _supplier(one):
    remark = "customer brought complaints" if one % 11 == 0 else f"carefully {pick(f'sr{one}', COLOURS)}"
    balance = pick(f"sb{one}", 999_999) / 100 - 900
    return (one, 1 + one % 25, f"supplier {one:03}", f"{one} quay road", f"+49 30 7{one:06}", balance, remark)


def _part(one):
    name = f"{pick(f'pa{one}', COLOURS)} {pick(f'pb{one}', COLOURS)} {one}"
    kind = f"{pick(f'pk{one}', KINDS)} {pick(f'pm{one}', METALS)}"
    brand = pick(f"pd{one}", ("brand#12", "brand#23", "brand#34", "brand#45"))
    box = f"{pick(f'ps{one}', ('sm', 'med', 'lg'))} {pick(f'pc{one}', ('case', 'box', 'bag', 'pack'))}"
    return (one, name, f"maker#{1 + one % 5}", brand, kind, pick(f"pz{one}", SIZES), box, 900 + one)


def _customer(one):
    mail = None if one % 17 == 0 else f"c{one}@{pick(f'cm{one}', ('mail.example', 'post.example'))}"
    phone = None if one % 13 == 0 else f"+33 1 5{one:07}"
    balance = pick(f"cb{one}", 1_000_000) / 100 - 900
    return (one, 1 + one % 25, f"Customer {one}", f"{one} hill lane", phone, mail, balance, pick(f"cs{one}", SEGMENTS))


def _order(one):
    customer = 1 + pick(f"oc{one}", 120)
    if customer % 3 == 0:
        customer -= 1  # a third of them never orders
    remark = "special kind requests" if one % 7 == 0 else f"{pick(f'or{one}', COLOURS)} wishes"
    clerk, total = f"Clerk {pick(f'ok{one}', 12)}", 1_000 + pick(f"ot{one}", 400_000) / 100
    placed = day("1992-01-01", pick(f"op{one}", 2_400))
    return (one, customer, pick(f"os{one}", "FFOP"), total, placed, pick(f"oq{one}", PRIORITIES), clerk, remark)


def _lines(order, supplied):
    for line in range(1, 3 + pick(f"lines{order[0]}", 5)):
        seed = f"{order[0]}/{line}"
        part, supplier = pick(f"lp{seed}", supplied)
        shipped, promised = 1 + pick(f"ls{seed}", 120), 30 + pick(f"lm{seed}", 60)
        yield (
            *(order[0], line, part, supplier, 1 + pick(f"lq{seed}", 50), 100 + pick(f"lv{seed}", 900_000) / 100),
            *(
                pick(f"ld{seed}", 11) / 100,
                pick(f"lt{seed}", 9) / 100,
                pick(f"lr{seed}", "RAN"),
                pick(f"lf{seed}", "OF"),
            ),
            *(day(order[4], shipped), day(order[4], promised), day(order[4], shipped + 1 + pick(f"lx{seed}", 30))),
            *(pick(f"li{seed}", ("deliver in person", "collect", "none")), pick(f"lw{seed}", MODES)),
        )


def _shop():
    goods = ("basket", "chair", "clock", "lamp", "mug", "stool")
    orders, lines = [], []
    for one in range(1, 401):
        skus = sorted({pick(f"sku{one}/{n}", goods) for n in range(1 + pick(f"n{one}", 4))})
        own = [(one, sku, 1 + pick(f"q{one}{sku}", 5), 5 + pick(f"pr{sku}", 9_000) / 100) for sku in skus]
        state = pick(f"st{one}", ("paid", "sent", "sent", "refunded", "open"))
        total = round(sum(quantity * price for _, _, quantity, price in own), 2)
        placed, card = day("2025-01-01", pick(f"day{one}", 600)), f"4000{pick(f'card{one}', 10**9):012}"
        orders.append((one, 1 + pick(f"who{one}", 70), placed, state, total, card))
        lines += own
    return {
        "customer": [_person(one) for one in range(1, 81)],
        "orders": orders,
        "order_line": lines,
        "ticket": [_ticket(one, orders[one * 3]) for one in range(1, 61)],
        "note": [
            (one, 1 + pick(f"nc{one}", 80), day("2025-02-01", pick(f"nw{one}", 500)), f"note {one}")
            for one in range(1, 41)
        ],
    }


def _person(one):
    mail = f"p{one}@{pick(f'm{one}', ('mail.example', 'post.example'))}"
    country = pick(f"c{one}", ("DE", "FR", "NL", "PL", "SE"))
    return (one, f"Person {one}", mail, f"+31 20 5{one:06}", country, day("2019-01-01", pick(f"since{one}", 2_000)))


def _ticket(one, order):
    assignee, opened = f"https://id.example:{pick(f'as{one}', 'abc')}", day("2025-06-01", pick(f"op{one}", 400))
    status = pick(f"ts{one}", ("open", "closed", "waiting"))
    return (one, order[1], order[0], assignee, opened, status, f"subject {one}", f"body {one}")
