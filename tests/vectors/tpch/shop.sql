-- What an analyst asks of a shop. a: both databases; p: PostgreSQL alone; s: SQLite alone.

-- a01: how many customers
SELECT count(*) FROM customer;

-- a02: everything of a table
SELECT * FROM customer ORDER BY id;

-- a03: everything of one of two tables
SELECT c.* FROM customer AS c JOIN orders AS o ON o.customer_id = c.id WHERE o.total > 100 ORDER BY c.id, o.id;

-- a04: revenue by country
SELECT c.country, sum(o.total) AS revenue
FROM orders o JOIN customer c ON c.id = o.customer_id
GROUP BY c.country ORDER BY revenue DESC, c.country;

-- a05: revenue by status above a sum
SELECT status, count(*) AS n, round(avg(total), 2) AS mean FROM orders
GROUP BY status HAVING sum(total) > 100 ORDER BY status;

-- a06: repeat customers by their stand-in
SELECT c.name, count(*) AS orders
FROM customer c JOIN orders o ON o.customer_id = c.id
GROUP BY c.id, c.name HAVING count(*) >= 3 ORDER BY orders DESC, c.id;

-- a07: customers by mail domain
SELECT email, count(*) AS n FROM customer GROUP BY email ORDER BY n DESC;

-- a08: customers without an order
SELECT id, country FROM customer WHERE id NOT IN (SELECT customer_id FROM orders) ORDER BY id;

-- a09: the same by EXISTS
SELECT c.id FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) ORDER BY c.id;

-- a10: the same by an outer join
SELECT c.id, c.country FROM customer c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL ORDER BY c.id;

-- a11: the ten largest orders
SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 10;

-- a12: the next ten
SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 10 OFFSET 10;

-- a13: a band of totals
SELECT id FROM orders WHERE total BETWEEN 50 AND 80 AND status IN ('paid', 'sent') ORDER BY id;

-- a14: by size of order
SELECT CASE WHEN total >= 300 THEN 'large' WHEN total >= 100 THEN 'middle' ELSE 'small' END AS size, count(*) AS n
FROM orders
GROUP BY CASE WHEN total >= 300 THEN 'large' WHEN total >= 100 THEN 'middle' ELSE 'small' END
ORDER BY size;

-- a15: share refunded
SELECT sum(CASE WHEN status = 'refunded' THEN total ELSE 0 END) * 100.0 / sum(total) AS percent FROM orders;

-- a16: the best seller of each country
WITH sold AS (
    SELECT c.country, l.sku, sum(l.quantity) AS n
    FROM order_line l JOIN orders o ON o.id = l.order_id JOIN customer c ON c.id = o.customer_id
    GROUP BY c.country, l.sku
), ranked AS (
    SELECT country, sku, n, row_number() OVER (PARTITION BY country ORDER BY n DESC, sku) AS place FROM sold
)
SELECT country, sku, n FROM ranked WHERE place = 1 ORDER BY country;

-- a17: a running total
SELECT id, total, sum(total) OVER (ORDER BY id) AS running FROM orders WHERE id <= 30 ORDER BY id;

-- a18: a mean over neighbours
SELECT id, avg(total) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS mean FROM orders ORDER BY id;

-- a19: ranks within a status
SELECT id, status, rank() OVER (PARTITION BY status ORDER BY total DESC) AS place FROM orders ORDER BY id;

-- a20: the change since the last order
SELECT customer_id, id, total - lag(total) OVER (PARTITION BY customer_id ORDER BY id) AS change
FROM orders ORDER BY customer_id, id;

-- a21: first and last order
SELECT customer_id, min(placed) AS first, max(placed) AS last FROM orders GROUP BY customer_id ORDER BY customer_id;

-- a22: above their country's mean
SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id
WHERE o.total > (
    SELECT avg(o2.total) FROM orders o2 JOIN customer c2 ON c2.id = o2.customer_id WHERE c2.country = c.country
)
ORDER BY o.id;

-- a23: two lists together
SELECT customer_id FROM orders WHERE total > 300 UNION SELECT customer_id FROM ticket ORDER BY customer_id;

-- a24: two lists, what both hold
SELECT customer_id FROM orders WHERE total > 100 INTERSECT SELECT customer_id FROM ticket ORDER BY 1;

-- a25: two lists, what the second lacks
SELECT customer_id FROM orders EXCEPT SELECT customer_id FROM ticket ORDER BY 1;

-- a26: all of two lists with where they come from
SELECT 'order' AS origin, customer_id, id FROM orders WHERE id < 10
UNION ALL SELECT 'ticket', customer_id, id FROM ticket WHERE id < 10 ORDER BY origin, id;

-- a27: tickets by status with names of people
SELECT t.status, count(DISTINCT t.customer_id) AS people FROM ticket t GROUP BY t.status ORDER BY t.status;

-- a28: open tickets of large orders
SELECT t.id, t.opened, o.total FROM ticket t JOIN orders o ON o.id = t.order_id
WHERE t.status = 'open' AND o.total >= 100 ORDER BY t.id;

-- a29: what is often bought together
SELECT a.sku AS one, b.sku AS other, count(*) AS n
FROM order_line a JOIN order_line b ON a.order_id = b.order_id AND a.sku < b.sku
GROUP BY a.sku, b.sku ORDER BY n DESC, one, other;

-- a30: the mean of a derived table
SELECT avg(n) AS mean FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) AS per_customer;

-- a31: distinct countries
SELECT DISTINCT country FROM customer ORDER BY country;

-- a32: a scalar subquery beside columns
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS orders FROM customer c ORDER BY c.id;

-- a33: text put together
SELECT upper(country) || '-' || CAST(id AS TEXT) AS label FROM customer ORDER BY id;

-- a34: parts of text
SELECT substr(sku, 1, 3) AS short, length(sku) AS letters, lower(trim(sku)) AS plain
FROM order_line GROUP BY sku ORDER BY sku;

-- a35: a pattern on a public column
SELECT id FROM orders WHERE status LIKE 're%' ORDER BY id;

-- a36: not a pattern
SELECT id FROM orders WHERE status NOT LIKE 's%' AND id < 50 ORDER BY id;

-- a37: missing values
SELECT coalesce(max(o.total), 0) AS most, c.id
FROM customer c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY c.id;

-- a38: NULLIF and rounding
SELECT sku, round(sum(quantity * price) / nullif(sum(quantity), 0), 2) AS mean FROM order_line GROUP BY sku ORDER BY sku;

-- a39: arithmetic
SELECT id, total * 0.19 AS tax, total + 1, -total, abs(total - 100) FROM orders WHERE id <= 20 ORDER BY id;

-- a40: whole numbers
SELECT id % 7 AS weekday, count(*) AS n FROM orders GROUP BY id % 7 ORDER BY 1;

-- a41: a cast
SELECT CAST(total AS INTEGER) AS whole, count(*) AS n FROM orders WHERE total < 20 GROUP BY 1 ORDER BY 1;

-- a42: grouped by position, ordered by position
SELECT status, customer_id % 2, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2;

-- a43: a filter on an aggregate
SELECT customer_id, count(*) FILTER (WHERE status = 'refunded') AS back FROM orders GROUP BY customer_id ORDER BY customer_id;

-- a44: USING
SELECT o.order_id, count(*) AS tickets FROM ticket t JOIN (SELECT id AS order_id FROM orders) o USING (order_id)
GROUP BY o.order_id ORDER BY o.order_id;

-- a45: a cross join of a small table
SELECT c.country, s.status, count(*) AS n
FROM (SELECT DISTINCT country FROM customer) c CROSS JOIN (SELECT DISTINCT status FROM orders) s
GROUP BY c.country, s.status ORDER BY c.country, s.status;

-- a46: steps of WITH
WITH big AS (SELECT * FROM orders WHERE total > 200), who AS (SELECT DISTINCT customer_id FROM big)
SELECT c.country, count(*) AS n FROM who JOIN customer c ON c.id = who.customer_id GROUP BY c.country ORDER BY c.country;

-- a47: WITH whose columns are named
WITH t (who, n) AS (SELECT customer_id, count(*) FROM orders GROUP BY customer_id) SELECT n, count(*) FROM t GROUP BY n ORDER BY n;

-- a48: quoted names and an alias in ORDER BY
SELECT "c"."country" AS "Country", count(*) AS "how many" FROM "customer" AS "c" GROUP BY "c"."country" ORDER BY "Country";

-- a49: constants alone
SELECT 1 AS one, 'two' AS two, NULL AS none, 1.5 AS half;

-- a50: is it in the list, both ways of comparing
SELECT id FROM orders WHERE (status = 'paid' OR status = 'open') AND NOT total < 100 AND id <> 7 ORDER BY id;

-- a51: dense ranks and quartiles
SELECT sku, dense_rank() OVER (ORDER BY sum(quantity) DESC) AS place, ntile(4) OVER (ORDER BY sku) AS quarter
FROM order_line GROUP BY sku ORDER BY sku;

-- a52: a named window
SELECT id, sum(total) OVER w AS running, count(*) OVER w AS n FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY id) ORDER BY id;

-- a53: who shares a mail domain and a country
SELECT a.email, a.country, count(*) AS pairs FROM customer a JOIN customer b ON a.email = b.email AND a.country = b.country AND a.id < b.id
GROUP BY a.email, a.country;

-- p01: revenue by month
SELECT date_trunc('month', placed) AS month, sum(total) AS revenue FROM orders GROUP BY 1 ORDER BY 1;

-- p02: revenue by year and quarter
SELECT extract(year FROM placed) AS year, extract(quarter FROM placed) AS quarter, sum(total) AS revenue
FROM orders GROUP BY year, quarter ORDER BY year, quarter;

-- p03: the last hundred days of a year
SELECT count(*) FROM orders WHERE placed > DATE '2025-12-31' - INTERVAL '100 days' AND placed <= '2025-12-31';

-- p04: a median
SELECT status, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median FROM orders GROUP BY status ORDER BY status;

-- p05: a list in one value
SELECT customer_id, string_agg(status, ', ' ORDER BY id) AS path FROM orders GROUP BY customer_id ORDER BY customer_id;

-- p06: casts with colons, ILIKE
SELECT total::integer AS whole, placed::text AS day FROM orders WHERE status ILIKE 'PA%' ORDER BY id;

-- p07: one row of each
SELECT DISTINCT ON (customer_id) customer_id, id, total FROM orders ORDER BY customer_id, total DESC, id;

-- p08: how spread the totals are
SELECT status, stddev(total) AS spread, variance(total) AS squared FROM orders GROUP BY status ORDER BY status;

-- p09: subtotals
SELECT status, customer_id % 3 AS third, sum(total) FROM orders GROUP BY ROLLUP (status, customer_id % 3)
ORDER BY status NULLS LAST, third NULLS LAST;

-- p10: greatest, least, a concatenation
SELECT greatest(total, 50) AS g, least(total, 50) AS l, concat(status, '/', id) AS c FROM orders ORDER BY id;

-- p11: days between
SELECT id, (DATE '2027-01-01' - placed) AS days FROM orders ORDER BY id;

-- p12: formatted months
SELECT to_char(placed, 'YYYY-MM') AS month, count(*) AS n FROM orders GROUP BY to_char(placed, 'YYYY-MM') ORDER BY month;

-- s01: revenue by month
SELECT strftime('%Y-%m', placed) AS month, sum(total) AS revenue FROM orders GROUP BY month ORDER BY month;

-- s02: the last hundred days of a year
SELECT count(*) FROM orders WHERE placed > date('2025-12-31', '-100 days') AND placed <= '2025-12-31';

-- s03: a list in one value
SELECT status, group_concat(sku, ', ') AS skus
FROM (SELECT DISTINCT o.status, l.sku FROM orders o JOIN order_line l ON l.order_id = o.id ORDER BY o.status, l.sku)
GROUP BY status ORDER BY status;

-- s04: IIF, IFNULL, total
SELECT iif(total > 100, 'much', 'little') AS how, ifnull(status, 'none') AS status, total(total) AS sum
FROM orders GROUP BY 1, 2 ORDER BY 1, 2;

-- s05: days between
SELECT id, CAST(julianday('2027-01-01') - julianday(placed) AS INTEGER) AS days FROM orders ORDER BY id;

-- s06: where a letter stands
SELECT sku, instr(sku, 'o') AS place, replace(sku, 'o', '0') AS odd FROM order_line GROUP BY sku ORDER BY sku;

-- s07: a date put together
SELECT date(placed, 'start of month') AS month, count(*) AS n FROM orders GROUP BY date(placed, 'start of month') ORDER BY 1;

-- s08: a comparison as a number
SELECT sum(status = 'refunded') AS back, sum(total > 100) AS large FROM orders;
