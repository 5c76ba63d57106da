SELECT COUNT(*) AS n FROM tick AS a, tick AS b, tick AS c, tick AS d, tick AS e WHERE a.n + b.n + c.n + d.n + e.n > :base
