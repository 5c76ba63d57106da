"""Statements that nobody wrote: a SELECT over what a world shows, drawn from a grammar of both engines."""

from hypothesis import strategies as st

from tests.oracle.conditions import Conditions
from tests.oracle.shop import CLASSES
from tests.oracle.words import ALIASES, COMMENTS, LABELS, literals

LONGEST = 1_500  # choices
JOINS = ("JOIN", "LEFT JOIN", "CROSS JOIN", "RIGHT JOIN", "FULL JOIN", "INNER JOIN", "USING")
SETS = ("UNION ALL", "UNION", "EXCEPT", "INTERSECT")
KINDS = ("int", "text", "num", "text")


def statements(world, engine):
    """A strategy of (statement, names of what stands in it)."""
    said = literals(world, engine)

    def written(choices):
        writer = Grammar(choices, world, engine, said)
        return writer.whole(), frozenset(writer.used)

    return st.binary(min_size=200, max_size=LONGEST).map(written)


class Grammar(Conditions):
    """One statement as it is drawn."""

    def whole(self):
        withs = [self.with_(n) for n in range(self.number(1, 2) if self.chance(30) else 0)]
        text, columns = self.query(3, nested=not withs)
        if self.chance(3):
            self.use("bare star")
            text = f"SELECT * FROM ({text}) AS z"
        return self.odd((f"WITH {', '.join(withs)} " if withs else "") + text + self.tail(columns))

    def with_(self, n):
        self.use("with")
        name = f"w{n}"
        if self.chance(2):
            self.use("with that shadows")
            name = self.pick(("orders", "secrets", "w0", '"Customer"'))
        text, columns = self.query(2)
        if self.chance(20):
            columns = [(f"r{at}", kind) for at, (_, kind) in enumerate(columns)]
            name_and_columns = f"{name}({', '.join(one for one, _ in columns)})"
        else:
            name_and_columns = name
        self.withs.append((name, columns))
        return f"{name_and_columns} AS ({text})"

    def query(self, depth, kinds=None, *, nested=True):
        """(text, columns); `kinds`: the types it must give; `nested`: whether it may start by WITH."""
        if depth > 1 and self.chance(15):
            self.use("set operation")
            kinds = kinds or [self.pick(KINDS) for _ in range(self.number(1, 2))]
            text, columns = self.select(depth - 1, kinds)
            for _ in range(self.number(1, 2)):
                text += f" {self.pick(SETS)} {self.select(depth - 1, kinds)[0]}"
            self.ordered = ""
            return text, columns
        if depth > 1 and nested and self.chance(6):
            self.use("nested with")
            name = f"n{self.fresh()}"
            text, columns = self.query(depth - 1)
            self.withs.append((name, columns))
            inner, found = self.select(depth - 1, kinds)
            self.withs.pop()
            return f"WITH {name} AS ({text}) {inner}", found
        return self.select(depth, kinds)

    def select(self, depth, kinds=None):
        outer = self.scope
        kinds = kinds or [self.pick(KINDS) for _ in range(self.number(1, 3))]
        sources = self.sources(depth)
        joined = self.joined
        self.scope, self.local = [*sources, *outer], len(sources)
        if self.chance(28):
            items, groups = self.grouped(kinds, depth)
        else:
            items, groups = [self.item(kind, depth) for kind in kinds], ""
        where = f" WHERE {self.boolean(depth)}" if self.chance(55) else ""
        distinct = "DISTINCT " if self.chance(10) else ""
        columns, spelled = self.labelled(items, kinds)
        self.ordered = ""
        if not distinct and not groups and depth > 1 and self.chance(50):
            self.ordered = self.known(self.pick(("text", "int", "num")), near=True) or ""
        self.scope, self.local = outer, 0
        return f"SELECT {distinct}{', '.join(spelled)} FROM {joined}{where}{groups}", columns

    def labelled(self, items, kinds):
        columns, spelled = [], []
        for at, (item, kind) in enumerate(zip(items, kinds, strict=True)):
            label = self.pick(LABELS) if self.chance(10) else f"c{at}"
            if label in {name for name, _ in columns}:
                label = f"c{at}"
            columns.append((label, kind))
            spelled.append(f"{item} AS {label}")
        return columns, spelled

    def item(self, kind, depth):
        return self.window(kind) if self.chance(12) else self.value(kind, depth)

    def sources(self, depth):
        """Of a FROM, whose text is left in `joined`."""
        count = self.pick((1, 1, 1, 2, 2, 3)) if depth > 1 else 1
        commas = count > 1 and self.chance(15)
        found, text, outer, local = [], "", self.scope, self.local
        for at in range(count):
            source, spelled = self.source(depth, {alias.lower().strip('"') for alias, _ in found})
            if at == 0:
                text = spelled
            elif commas:
                self.use("comma join")
                text += f", {spelled}"
            else:
                self.scope, self.local, self.bare = [*found, source, *outer], len(found) + 1, False
                text += self.join(found, source, spelled, depth)
                self.scope, self.local, self.bare = outer, local, True
            found.append(source)
        self.joined = text
        return found

    def join(self, found, source, spelled, depth):
        how = self.pick(JOINS)
        self.use(how.lower())
        shared = sorted(name for name, _ in source[1] if sum(name in dict(columns) for _, columns in found) == 1)
        if how == "CROSS JOIN" or (how == "USING" and not shared):
            return f" CROSS JOIN {spelled}"
        if how == "USING":
            return f" JOIN {spelled} USING ({self.pick(shared)})"
        on = self.equal(found, source)
        if how != "FULL JOIN" and self.chance(40):
            on = self.boolean(depth - 1)
        return f" {how} {spelled} ON {on}"

    def equal(self, found, source):
        pairs = [
            f"{alias}.{name} = {source[0]}.{other}"
            for alias, columns in found
            for name, kind in columns
            for other, its in source[1]
            if kind == its
        ]
        return self.pick(pairs) if pairs else "1 = 1"

    def source(self, depth, taken):
        alias = self.pick(ALIASES) if self.chance(20) else f"s{self.fresh()}"
        if alias.lower().strip('"') in taken:
            alias = f"s{self.fresh()}"
        if depth > 1 and self.chance(18):
            self.use("derived table")
            kept = self.scope, self.local
            self.scope, self.local = [], 0  # a derived table sees nothing beside it
            text, columns = self.query(depth - 1)
            if self.chance(10):
                text += self.tail(columns)
            self.scope, self.local = kept
            return (alias, columns), f"({text}) AS {alias}"
        if self.withs and self.chance(45):
            self.use("with, used")
            name, columns = self.pick(self.withs)
            return (alias, columns), f"{name} AS {alias}"
        table = self.pick(self.world.tables)
        columns = list(self.world.shown(table).items())
        if self.chance(1):
            self.use("unlisted")
            table = self.pick(("secrets", "nothing", *CLASSES))
        spelled = table.upper() if self.chance(3) else table
        if table not in taken and self.chance(15):
            return (table, columns), spelled
        return (alias, columns), f"{spelled} AS {alias}"

    def grouped(self, kinds, depth):
        """Items that are a key or an aggregate."""
        self.use("group by")
        keys, items = [], []
        for at, kind in enumerate(kinds, 1):
            key = self.known(kind, near=True) if self.chance(45) else None
            if key is None:
                items.append(self.aggregate(kind, depth))
                continue
            if kind == "text" and self.chance(30):
                key = f"{self.pick(('lower', 'upper'))}({key})"
            items.append(key)
            keys.append(str(at) if self.chance(20) else key)
        text = f" GROUP BY {', '.join(keys)}" if keys else ""
        if self.chance(25):
            self.use("having")
            text += f" HAVING {self.aggregate('int', depth)} {self.pick(('>', '<=', '<>'))} {self.literal('int')}"
        return items, text

    def tail(self, columns):
        """ORDER BY and LIMIT of a whole query."""
        found = ""
        if self.chance(45):
            self.use("order by")
            keys = [self.pick((str(at), name)) for at, (name, _) in enumerate(columns, 1)]
            keys = [self.ordered, *keys] if self.ordered and self.chance(30) else keys
            found = " ORDER BY " + ", ".join(key + self.pick(("", " DESC", " NULLS LAST", " ASC")) for key in keys)
        if self.chance(15):
            self.use("limit")
            found += f" LIMIT {self.number(0, 5)}"
            found += f" OFFSET {self.number(0, 3)}" if self.chance(40) else ""
        return found

    def odd(self, text):
        """A comment where a blank could stand."""
        at = text.find(" FROM ")
        if at < 0 or not self.chance(8):
            return text
        self.use("comment")
        return text[:at] + self.pick(COMMENTS) + text[at:]
