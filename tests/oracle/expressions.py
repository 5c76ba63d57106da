"""Expressions of a type over the columns in scope, for the grammar."""

COMPARED = ("=", "<", ">", "<>", "<=", ">=")
FRAMES = (
    "",
    " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW",
    " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
    " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
)
RANKS = ("row_number()", "rank()", "dense_rank()", "ntile(2)")


class Expressions:
    """What is drawn of one statement, by `choices`: bytes, and nothing but zeros after them.

    Zero is always the simplest of what could be drawn, so that shorter and lower bytes give a simpler statement.
    `scope`: (alias, [(column, type)]), the nearest first; of them `local` are of the query that is being written.
    """

    def __init__(self, choices, world, engine, said):
        self.choices, self.at = choices, 0
        self.world, self.engine, self.said = world, engine, said
        self.scope, self.local, self.withs, self.used = [], 0, [], set()
        self.names, self.joined, self.ordered = 0, "", ""
        self.bare = True  # whether a column may stand without its table

    def below(self, count):
        drawn = 0
        for _ in range(1 if count <= 256 else 2):
            drawn = drawn * 256 + (self.choices[self.at] if self.at < len(self.choices) else 0)
            self.at += 1
        return drawn * count // (256 if count <= 256 else 65_536)

    def pick(self, options):
        return options[self.below(len(options))] if len(options) > 1 else options[0]

    def number(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) >= 100 - percent

    def use(self, part):
        self.used.add(part)

    def fresh(self):
        self.names += 1
        return self.names

    def literal(self, kind):
        return self.pick(self.said[kind])

    def known(self, kind, *, near=False):
        """A column in scope, of an outer query now and then; None where there is none. `near`: of this query alone."""
        seen = self.scope[: self.local] if near or not self.chance(10) else self.scope
        found = [
            (alias, name)
            for alias, columns in seen
            for name, its in columns
            if its == kind or (kind == "num" and its == "int")
        ]
        if not found:
            return None
        alias, name = self.pick(found)
        if self.chance(1):
            self.use("unlisted")
            name = self.pick(("internal", "card", "rowid", "ctid", "api_key", "margin"))
        alone = sum(name == other for _, columns in self.scope for other, _ in columns) == 1
        return name if self.bare and alone and self.chance(8) else f"{alias}.{name}"

    def column(self, kind, *, near=False):
        found = self.known(kind, near=near)
        return self.literal(kind) if found is None else found

    def value(self, kind, depth, *, near=False):
        if depth <= 0 or not self.chance(50):
            return self.literal(kind) if self.chance(12) else self.column(kind, near=near)
        deeper = depth - 1
        match self.below(12):
            case 8:
                self.use("case")
                one, other = self.value(kind, deeper, near=near), self.value(kind, deeper, near=near)
                return f"CASE WHEN {self.boolean(deeper)} THEN {one} ELSE {other} END"
            case 9:
                return f"coalesce({self.value(kind, deeper, near=near)}, {self.value(kind, deeper, near=near)})"
            case 10:
                return f"nullif({self.column(kind, near=near)}, {self.value(kind, deeper, near=near)})"
            case 11:
                self.use("scalar subquery")
                return f"({self.over(kind, deeper)})"
            case _:
                made = {"int": self.integer, "num": self.real, "text": self.text}.get(kind)
                return self.column(kind, near=near) if made is None else made(deeper, near)

    def integer(self, depth, near):
        one = self.value("int", depth, near=near)
        match self.below(10):
            case 0 | 1 | 2:
                return f"({one} + {self.pick(('1', '2', '0'))})"
            case 3 | 4 | 5:
                return f"length({self.value('text', depth, near=near)})"
            case 6:
                return f"({one} {self.pick(('+', '-', '*'))} {self.value('int', depth, near=near)})"
            case 7:
                self.use("division")
                return f"({one} {self.pick(('/', '%'))} {self.value('int', depth, near=near)})"
            case 8:
                self.use("cast")
                return f"CAST({self.value(self.pick(('num', 'text')), depth, near=near)} AS INTEGER)"
            case _:
                return f"abs({one})"

    def real(self, depth, near):
        one = self.value("num", depth, near=near)
        match self.below(7):
            case 0 | 1:
                return f"round({one})"
            case 2:
                return f"abs({one})"
            case 3 | 4:
                return f"({one} {self.pick(('+', '-', '*'))} {self.value('num', depth, near=near)})"
            case 5:
                self.use("division")
                return f"({one} / {self.value('num', depth, near=near)})"
            case _:
                self.use("cast")
                return f"CAST({self.value('int', depth, near=near)} AS DOUBLE PRECISION)"

    def text(self, depth, near):
        one = self.value("text", depth, near=near)
        match self.below(10):
            case 0:
                return f"({one} || '-')"
            case 1 | 2:
                return f"{self.pick(('lower', 'upper', 'rtrim'))}({one})"
            case 3 | 4:
                return f"substr({one}, {self.pick(('1', '2', '12'))}, {self.pick(('3', '1', '20'))})"
            case 5:
                return f"replace({one}, {self.literal('text')}, {self.literal('text')})"
            case 6 | 7:
                return f"({one} || {self.value('text', depth, near=near)})"
            case 8 if any("meta" in dict(columns) for _, columns in self.scope[: self.local]):
                self.use("json")
                return self.json()
            case _:
                self.use("cast")
                return f"CAST({self.value(self.pick(('int', 'num', 'text')), depth, near=near)} AS TEXT)"

    def json(self):
        alias = next(alias for alias, columns in self.scope if "meta" in dict(columns))
        key = self.pick(("'p'", "'who'", "'tags'"))
        meta = f"{alias}.meta" if self.engine == "sqlite" else f"CAST({alias}.meta AS JSON)"
        return f"({meta} ->> {key})"

    def over(self, kind, depth):
        """A query inside that gives one value, and may look at what is around it."""
        kept = self.local, self.joined, self.scope
        sources = self.sources(min(depth, 1))
        joined = self.joined
        self.scope, self.local = [*sources, *kept[2]], len(sources)
        item = self.aggregate(kind, depth)
        where = f" WHERE {self.boolean(min(depth, 1))}" if self.chance(60) else ""
        self.local, self.joined, self.scope = kept
        return f"SELECT {item} FROM {joined}{where}"

    def aggregate(self, kind, depth):
        """Over columns of its own query: over an outer one's it would be that one's."""
        self.use("aggregate")
        depth = min(depth - 1, 1)
        keep = f" FILTER (WHERE {self.column('int', near=True)} > 1)" if self.chance(10) else ""
        match kind:
            case "int" if not self.chance(40):
                distinct = self.pick(("", "", "DISTINCT "))
                what = self.pick(("*", self.column(self.pick(("text", "int")), near=True)))
                return f"count({'*' if what == '*' else distinct + what}){keep}"
            case "num" if not self.chance(40):
                return f"{self.pick(('sum', 'avg'))}({self.value('num', depth, near=True)}){keep}"
            case "text" if self.chance(15):
                self.use("group_concat")
                name = "group_concat" if self.engine == "sqlite" else "string_agg"
                return f"{name}({self.value('text', depth, near=True)}, ','){keep}"
            case _:
                return f"{self.pick(('min', 'max'))}({self.value(kind, depth, near=True)}){keep}"

    def window(self, kind):
        self.use("window")
        if kind == "int" and not self.chance(50):
            what = self.pick((*RANKS, "count(*)"))
        elif kind == "num" and not self.chance(50):
            what = f"{self.pick(('sum', 'avg'))}({self.column('num')})"
        else:
            what = f"{self.pick(('lag', 'lead', 'first_value', 'last_value', 'min', 'max'))}({self.column(kind)})"
        part = self.known(self.pick(("text", "int"))) if self.chance(40) else None
        key = self.known(self.pick(("text", "int", "num")))
        by = "" if part is None else f"PARTITION BY {part}"
        order = "" if key is None else f" ORDER BY {key}{self.pick(('', ' DESC'))}"
        frame = "" if not order or what in RANKS or what.startswith(("lag", "lead")) else self.pick(FRAMES)
        return f"{what} OVER ({by}{order}{frame})"
