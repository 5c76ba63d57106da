-- Queries that are not run, and what is told. b: both databases; p: PostgreSQL alone; s: SQLite alone.

-- b: table `secrets` is not available; available: customer, order, order_line
SELECT * FROM secrets;
-- b: table `secrets` is not available; available: customer, order, order_line
SELECT name FROM customer WHERE id IN (SELECT id FROM secrets);
-- b: table `secrets` is not available; available: customer, order, order_line
WITH a AS (WITH secrets AS (SELECT 1 AS x) SELECT * FROM secrets) SELECT secrets.api_key FROM a, secrets;
-- b: table `secrets` is not available; available: customer, order, order_line
WITH b AS (SELECT * FROM secrets), secrets AS (SELECT 1 AS api_key) SELECT * FROM b;
-- b: table `secrets` is not available; available: customer, order, order_line
SELECT * FROM (WITH secrets AS (SELECT 1 AS x) SELECT * FROM secrets) q, secrets;
-- b: table `later` is not available; available: customer, order, order_line
WITH a AS (SELECT * FROM later), later AS (SELECT 1 AS x) SELECT * FROM a;
-- b: `customer` is taken already: give the WITH another name
WITH customer AS (SELECT 1 AS id) SELECT id FROM customer;
-- b: `CUSTOMER` is taken already: give the WITH another name
WITH CUSTOMER AS (SELECT 1 AS id) SELECT 1;
-- b: `x` is taken already: give the WITH another name
WITH x AS (SELECT 1 AS a), x AS (SELECT 2 AS a) SELECT a FROM x;
-- b: `x` is taken already: give the WITH another name
WITH x AS (SELECT 1 AS a) SELECT * FROM (WITH x AS (SELECT 2 AS a) SELECT a FROM x) q;
-- b: WITH RECURSIVE is not possible
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT n FROM t;
-- b: a SELECT belongs in these parentheses
WITH d AS (DELETE FROM order_line RETURNING *) SELECT * FROM d;
-- b: column `fax` is not available; available: id, name, email, iban, country
SELECT fax FROM customer;
-- b: column `c.fax` is not available; available: id, name, email, iban, country
SELECT c.fax FROM customer c;
-- b: column `fax` is not available; available: c.id, c.name, c.email, c.iban, c.country, l.order_id, l.sku, l.qty
SELECT fax FROM customer c JOIN order_line l ON l.order_id = c.id;
-- b: column `n` is not available; available: a
SELECT n FROM (SELECT 1 AS a) AS q;
-- b: column `c` is not available; available: id, name, email, iban, country
SELECT c FROM customer c;
-- b: column `customer` is not available; available: id, name, email, iban, country
SELECT customer FROM customer;
-- b: column `rowid` is not available; available: id, name, email, iban, country
SELECT rowid FROM customer;
-- b: column `c.ctid` is not available; available: id, name, email, iban, country
SELECT c.ctid FROM customer c;
-- b: column `user` is not available; available: id, name, email, iban, country
SELECT user FROM customer;
-- s: column `Ada` is not available; available: id, name, email, iban, country; a text stands in single quotes
SELECT id FROM customer WHERE name = "Ada";
-- p: column `n` is not available; available: id, name, email, iban, country
SELECT name AS n FROM customer WHERE n = 'Ada';
-- b: column `id` could be of a or b: write the table before it
SELECT id FROM customer a JOIN customer b ON a.id = b.id;
-- b: `customer` is not named after FROM
SELECT customer.id FROM customer AS c;
-- b: `o` is not named after FROM
SELECT o.* FROM customer AS c;
-- b: `customer` stands twice after FROM: give one another name
SELECT 1 FROM customer, customer;
-- b: `id` stands for two columns of the result: give one another name by AS
SELECT a.id, b.id FROM customer a JOIN customer b ON a.id < b.id ORDER BY id;
-- p: `X` and `x` differ by upper and lower case alone: rename one by AS
SELECT q.x FROM (SELECT 1 AS "X", 2 AS x) q;
-- b: each SELECT of a UNION needs as many columns as the others
SELECT id FROM customer UNION SELECT order_id, sku FROM order_line;
-- b: ORDER BY of a UNION takes names and numbers of its columns
SELECT id FROM customer UNION SELECT order_id FROM order_line ORDER BY id + 1;
-- p: column `c.name` stands beside an aggregate: write it in GROUP BY too, or max(...)
SELECT c.name, count(*) FROM customer c;
-- p: column `c.name` stands beside an aggregate: write it in GROUP BY too, or max(...)
SELECT c.id, upper(c.name) FROM customer c GROUP BY c.id;
-- p: column `c.name` stands beside an aggregate: write it in GROUP BY too, or max(...)
SELECT c.country, count(*) FROM customer c GROUP BY c.country ORDER BY c.name;
-- b: write tables and columns without a schema before them
SELECT * FROM main.customer;
-- b: write tables and columns without a schema before them
SELECT public.customer.id FROM customer;
-- b: write exactly one statement
SELECT 1; SELECT 2;
-- b: write exactly one statement
SELECT 1 /* ; */; DROP TABLE customer;
-- b: write a SELECT
DELETE FROM customer;
-- b: write a SELECT
EXPLAIN SELECT 1;
-- b: write a SELECT
PRAGMA table_info(customer);
-- b: write a SELECT
VALUES (1);
-- b: write a SELECT
COPY customer TO '/tmp/x';
-- b: write a SELECT
WITH d AS (SELECT 1) DELETE FROM order_line;
-- b: SELECT INTO is not possible
SELECT id INTO copied FROM customer;
-- b: FOR UPDATE is not possible
SELECT id FROM customer FOR UPDATE;
-- b: NATURAL JOIN is not possible: write JOIN ... ON
SELECT 1 FROM customer NATURAL JOIN order_line;
-- p: after FROM and JOIN stand tables and subqueries only
SELECT 1 FROM customer c, LATERAL (SELECT c.id) x;
-- b: after FROM and JOIN stand tables and subqueries only: no functions
SELECT * FROM generate_table(1, 3);
-- s: after FROM and JOIN stand tables and subqueries only: no functions
SELECT * FROM pragma_table_info('customer');
-- p: after FROM and JOIN stand tables and subqueries only: no functions
SELECT * FROM pg_read_file('/etc/hostname');
-- p: TABLESAMPLE is not possible
SELECT id FROM customer TABLESAMPLE SYSTEM (10);
-- s: `"customer" INDEXED BY i` is not possible
SELECT id FROM "customer" INDEXED BY i;
-- p: `ONLY customer` is not possible
SELECT id FROM ONLY customer;
-- b: write the columns of `customer` by their own names
SELECT x FROM customer AS c(x);
-- b: write values into the query: it takes no parameters
SELECT id FROM customer WHERE id = :id;
-- b: write values into the query: it takes no parameters
SELECT id FROM customer WHERE id = ?;
-- p: write values into the query: it takes no parameters
SELECT id FROM customer WHERE id = $1;
-- p: write values into the query: it takes no parameters
SELECT id FROM customer WHERE id = %(id)s;
-- b: write values into the query: it takes no parameters
SELECT id FROM customer WHERE id = @id;
-- b: LIMIT and OFFSET take plain numbers
SELECT id FROM customer LIMIT (SELECT max(id) FROM customer);
-- b: LIMIT and OFFSET take plain numbers
SELECT id FROM customer LIMIT -1;
-- b: LIMIT and OFFSET take plain numbers
SELECT id FROM customer LIMIT 5 OFFSET 1 + 1;
-- p: `ROWS WITH TIES` is not possible
SELECT id FROM customer ORDER BY id FETCH FIRST 5 ROWS WITH TIES;
-- b: function `load_extension()` is not one that can be used here
SELECT load_extension('x');
-- b: function `pg_sleep()` is not one that can be used here
SELECT pg_sleep(1);
-- s: function `printf()` is not one that can be used here; use round
SELECT printf('%900000000d', 1);
-- b: function `repeat()` is not one that can be used here
SELECT repeat('x', 1000000000);
-- b: function `replace()` takes another number of arguments
SELECT replace('a', 'b');
-- p: function `pg_read_file()` is not one that can be used here
SELECT "pg_read_file"('/etc/hostname');
-- p: write columns as `table.column`, functions by their bare name
SELECT pg_catalog.lower(name) FROM customer;
-- s: function `concat()` is not one that can be used here; write a || b
SELECT concat(name, country) FROM customer;
-- p: function `group_concat()` is not one that can be used here; use string_agg
SELECT group_concat(name) FROM customer;
-- s: write a || b, each text in its own quotes
SELECT 'a' 'b';
-- p: write columns as `table.column`, functions by their bare name
SELECT (c).name FROM customer c;
-- b: `*` stands alone after SELECT or in count(*)
SELECT sum(*) FROM customer;
-- b: `*` stands alone after SELECT or in count(*)
SELECT count(c.*) FROM customer c;
-- b: a row in parentheses stands in comparisons, IN and GROUP BY only
SELECT (id, name) FROM customer;
-- b: put `id = 1` in parentheses
SELECT id = 1 = 2 FROM customer;
-- b: put `NOT id IN (1)` in parentheses
SELECT 1 + 1 = id NOT IN (1) FROM customer;
-- b: IS stands behind a column or a value, not behind a condition
SELECT (id = 1) IS NULL FROM customer;
-- b: regular expressions are not possible: use LIKE
SELECT id FROM customer WHERE name REGEXP '(a+)+$';
-- p: regular expressions are not possible: use LIKE
SELECT id FROM customer WHERE name ~ '(a+)+$';
-- p: SUBSTRING(x FROM n FOR m) takes numbers: use substr(x, n, m)
SELECT substring(name FROM '(a+)+$') FROM customer;
-- p: SUBSTRING(x FROM n FOR m) takes numbers: use substr(x, n, m)
SELECT substring(name, country) FROM customer;
-- p: `REGCLASS` is no type that can be cast to
SELECT 'customer'::regclass;
-- p: `CHAR(9999999)` is too large a type
SELECT CAST(name AS CHAR(9999999)) FROM customer;
-- s: SQLite has no dates: a date is a text such as '2024-01-31'; use date(x)
SELECT CAST('2024-01-31' AS DATE);
-- s: SQLite has no dates: a date is a text such as '2024-01-31'; use date(x)
SELECT date '2024-01-31';
-- s: SQLite has no intervals: use date(x, '+1 day')
SELECT date('2024-01-31') + interval '1 day';
-- s: a modifier of a date is a text in quotes such as '-7 days', and not the local time
SELECT date('now', 'localtime');
-- s: a modifier of a date is a text in quotes such as '-7 days', and not the local time
SELECT strftime('%H', 'now', 'local' || 'time');
-- p: the first argument of `date_part()` is a field in quotes, such as 'month'
SELECT date_part('timezone', now());
-- p: `TIMEZONE` is not possible here
SELECT extract(timezone FROM now());
-- p: `NOW() AT TIME ZONE 'UTC'` is not possible in PostgreSQL here
SELECT now() AT TIME ZONE 'UTC';
-- p: an interval is written with whole numbers: interval '7 days'
SELECT interval '1.5' day;
-- p: write texts in plain '...'
SELECT E'\x41';
-- p: write texts in plain '...'
SELECT $$a$$;
-- b: write numbers and texts plainly
SELECT x'41';
-- b: write `1_000` with a space, or as digits alone
SELECT 1_000;
-- p: collations: c
SELECT name COLLATE "en_US" FROM customer;
-- b: AS gives a name to a column of the result only
SELECT upper(name AS n) FROM customer;
-- b: `total.sum` is a column's name with `.` or `*`: give it another by AS
SELECT count(*) AS "total.sum" FROM customer;
-- b: `t~1` is no name that can be used here
SELECT id AS "t~1" FROM customer;
-- b: write joins without parentheses around them
SELECT 1 FROM (customer JOIN order_line ON 1 = 1) x;
-- s: SQLite has no parentheses around a SELECT of a UNION: write SELECT * FROM (...)
SELECT id FROM customer UNION (SELECT order_id FROM order_line);
-- b: name at least one column after SELECT
SELECT FROM customer;
-- b: a text, a name or a comment in it does not end
SELECT 'a FROM customer;
-- b: it holds a control character or one that cannot be seen
SELECT id​ FROM customer;
-- b: `ſelect` has letters beyond ASCII: put them in quotes
SELECT 1 UNION ſelect 2;
-- b: it is not SQL as
SELECT id FROM WHERE;
