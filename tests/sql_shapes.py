"""Statements of every shape over the shop of `sql_kit`, and grants that reach one customer's rows."""

from broker.model.scope import Condition, RowsSubject, RowsWhere

SUBJECT = RowsSubject("customer")
WHERE = RowsWhere(
    (
        ("Customer", (Condition("id", "customer", None),)),
        ("order", (Condition("customer_id", "customer", None), Condition("card", None, "own-card"))),
        ("order_line", (Condition("qty", None, 1),)),
    )
)
FILTERS = {"by subject": SUBJECT, "by conditions": WHERE}
READS = {
    "a table": "SELECT name, email FROM customer",
    "an alias": "SELECT c.name, c.email FROM customer AS c",
    "quotes and capitals": 'SELECT "C"."NAME" FROM "Customer" AS "C"',
    "a join": 'SELECT c.name, o.card, o.total FROM customer c JOIN "order" o ON o.customer_id = c.id',
    "an old join": 'SELECT c.name, o.card FROM customer c, "order" o WHERE o.customer_id = c.id OR 1 = 1',
    "a join with nothing in common": 'SELECT c.name, o.card FROM customer c CROSS JOIN "order" o',
    "a left join": "SELECT p.title, l.sku, l.qty FROM product p LEFT JOIN order_line l ON l.sku = p.sku",
    "a right join": "SELECT p.title, l.sku, l.qty FROM order_line l RIGHT JOIN product p ON l.sku = p.sku",
    "a full join": 'SELECT c.name, o.card FROM customer c FULL JOIN "order" o ON o.id = c.id',
    "using": 'SELECT card, x FROM "order" JOIN (SELECT id AS customer_id, name x FROM customer) c USING (customer_id)',
    "a self-join": "SELECT a.name, b.name AS other FROM customer a JOIN customer b ON b.id = a.boss OR b.id <> a.id",
    "a left self-join": "SELECT a.name, b.email FROM customer a LEFT JOIN customer b ON b.id = a.boss",
    "a chain of keys": "SELECT order_id, sku, qty FROM order_line",
    "a subquery after FROM": "SELECT q.name FROM (SELECT name FROM customer) AS q",
    "a subquery in a subquery": "SELECT q.n FROM (SELECT r.n FROM (SELECT name AS n FROM customer) r) q",
    "a star inside": "SELECT q.name, q.email FROM (SELECT * FROM customer) AS q",
    "a scalar subquery": "SELECT title, (SELECT min(c.name) FROM customer c) AS x FROM product p",
    "in": 'SELECT card FROM "order" WHERE customer_id IN (SELECT boss FROM customer UNION SELECT id FROM customer)',
    "exists": "SELECT title FROM product p WHERE EXISTS (SELECT 1 FROM order_line l WHERE l.sku = p.sku AND qty > 9)",
    "not exists": 'SELECT name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM "order" o WHERE o.customer_id = -c.id)',
    "with": 'WITH c AS (SELECT id, name FROM customer) SELECT c.name, o.card FROM c, "order" o',
    "with in with": "WITH a AS (WITH b AS (SELECT name FROM customer) SELECT name FROM b) SELECT name FROM a",
    "with, kept for a join": 'WITH w AS (SELECT * FROM customer) SELECT w.name FROM "order" RIGHT JOIN w ON 1 = 1',
    "two withs": 'WITH a AS (SELECT id FROM customer), b AS (SELECT total, customer_id FROM "order") '
    "SELECT b.total FROM a JOIN b ON b.customer_id <> -a.id",
    "with, used twice": "WITH a AS (SELECT id, name FROM customer) SELECT p.name, q.name AS other FROM a p, a q",
    "union": 'SELECT name FROM customer UNION SELECT card AS name FROM "order"',
    "union all of three": "SELECT sku FROM order_line UNION ALL SELECT sku FROM order_line UNION SELECT 'a' AS sku",
    "except": "SELECT name FROM customer EXCEPT SELECT name FROM customer WHERE id = 1",
    "intersect": "SELECT name FROM customer INTERSECT SELECT name FROM customer WHERE id <> 0",
    "a union inside": "SELECT q.n FROM (SELECT name AS n FROM customer UNION SELECT email FROM customer) q",
    "group": "SELECT name FROM customer GROUP BY name HAVING count(*) > 0 ORDER BY name DESC",
    "a window": "SELECT max(c.name) OVER (ORDER BY c.id) AS x FROM customer c",
    "case": "SELECT CASE WHEN id = 2 THEN name ELSE email END AS x FROM customer",
    "an aggregate": "SELECT group_concat(name, ',') AS x FROM customer",
    "order and limit": "SELECT name FROM customer ORDER BY id DESC LIMIT 1",
    "order by what is not shown": 'SELECT name FROM customer ORDER BY (SELECT max(total) FROM "order")',
    "an impossible guess": "SELECT name FROM customer WHERE id = 2 OR 1 = 1 OR name LIKE '%'",
}
POSTGRES_READS = {**READS, "quotes and capitals": 'SELECT "c"."name" FROM Customer AS C'}
"""In quotes PostgreSQL tells `NAME` from `name`: such a file does not load there."""
