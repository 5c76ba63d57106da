"""Conditions over the columns in scope, for the grammar."""

from tests.oracle.expressions import COMPARED, Expressions


class Conditions(Expressions):
    """`query` is the grammar's."""

    def boolean(self, depth):
        kind = self.pick(("int", "text", "text", "num"))
        column = self.column(kind)
        if depth <= 0:
            return f"{column} {self.pick(COMPARED)} {self.literal(kind)}"
        match self.below(20):
            case 0 | 1 | 2 | 3:
                return f"{column} {self.pick(COMPARED)} {self.value(kind, depth - 1)}"
            case 4 | 5 | 6 | 7 | 8:
                return self.plain(kind, column)
            case 9 | 10 | 11:
                return self.like(depth - 1)
            case 12 | 13 | 14 | 15:
                return self.asking(kind, column, depth - 1)
            case 16:
                self.use("row value")
                pair, those = f"({column}, {self.column('text')})", f"({self.literal(kind)}, {self.literal('text')})"
                return f"{pair} {self.pick(('=', '<'))} {those}" if self.chance(10) else f"{pair} IN ({those})"
            case 17:
                return f"NOT ({self.boolean(depth - 1)})"
            case _:
                return f"({self.boolean(depth - 1)} {self.pick(('AND', 'OR'))} {self.boolean(depth - 1)})"

    def plain(self, kind, column):
        match self.below(5):
            case 0:
                return f"{column} IS {self.pick(('NULL', 'NOT NULL'))}"
            case 1 | 2:
                those = ", ".join(self.literal(kind) for _ in range(self.number(1, 3)))
                return f"{column} {self.pick(('IN', 'NOT IN'))} ({those})"
            case 3:
                return f"{column} BETWEEN {self.literal(kind)} AND {self.value(kind, 0)}"
            case _:
                return f"{column} IS {self.pick(('', 'NOT '))}DISTINCT FROM {self.value(kind, 0)}"

    def like(self, depth):
        self.use("like")
        how = self.pick(("LIKE", "NOT LIKE", "ILIKE" if self.engine == "postgres" else "GLOB"))
        return f"{self.value('text', depth)} {how} {self.literal('like')}"

    def asking(self, kind, column, depth):
        """Of a query inside, which may look at what is around it."""
        kept = self.local, self.joined, self.ordered
        text = self.query(min(depth, 2), [kind])[0]
        self.local, self.joined, self.ordered = kept
        match self.below(4):
            case 0 | 1:
                self.use("exists")
                return f"{self.pick(('', 'NOT '))}EXISTS ({text})"
            case 2 if self.engine == "postgres":
                self.use("any, all")
                return f"{column} {self.pick(COMPARED)} {self.pick(('ANY', 'ALL'))} ({text})"
            case _:
                self.use("in subquery")
                return f"{column} {self.pick(('IN', 'NOT IN'))} ({text})"
