-- Statements that are easily read in another way than they run. a: both databases; p: PostgreSQL alone; s: SQLite alone.

-- a001
SELECT * FROM customer c JOIN orders o ON o.customer_id = c.id ORDER BY o.id LIMIT 3;

-- a002
SELECT count(*), count(DISTINCT status), min(total), max(total), avg(total) FROM orders;

-- a003
SELECT status, count(*) FROM orders GROUP BY 1 ORDER BY 2 DESC, 1;

-- a004
SELECT status AS s, count(*) AS n FROM orders GROUP BY s ORDER BY n DESC, s;

-- a005
SELECT upper(status) AS status, count(*) FROM orders GROUP BY status ORDER BY 1;

-- a006
SELECT country, count(*) FROM customer GROUP BY country HAVING count(*) > 10 ORDER BY country;

-- a007
SELECT id, total / 3, total * 2 + 1 - 4 % 3, -total, 7 / 2, 7 % 2, 7.0 / 2 FROM orders ORDER BY id LIMIT 5;

-- a008
SELECT id / 3 AS b, count(*) FROM orders GROUP BY id / 3 ORDER BY b LIMIT 5;

-- a009
SELECT CASE WHEN total > 100 THEN 'big' WHEN total > 50 THEN 'mid' ELSE 'small' END AS size, count(*) FROM orders GROUP BY CASE WHEN total > 100 THEN 'big' WHEN total > 50 THEN 'mid' ELSE 'small' END ORDER BY 1;

-- a010
SELECT CASE status WHEN 'paid' THEN 1 ELSE 0 END, sum(CASE WHEN status = 'paid' THEN total ELSE 0 END) FROM orders GROUP BY 1 ORDER BY 1;

-- a011
SELECT c.name FROM customer c WHERE EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id AND o.total > 500) ORDER BY c.name;

-- a012
SELECT c.name FROM customer c WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id) ORDER BY name;

-- a013
SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE total > (SELECT avg(total) FROM orders)) ORDER BY 1;

-- a014
SELECT name, (SELECT max(total) FROM orders WHERE customer_id = customer.id) AS top FROM customer ORDER BY top DESC, name LIMIT 5;

-- a015
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customer c ORDER BY n DESC, c.id LIMIT 7;

-- a016
WITH a AS (SELECT customer_id, sum(total) AS t FROM orders GROUP BY customer_id), b AS (SELECT avg(t) AS m FROM a) SELECT a.customer_id, a.t FROM a, b WHERE a.t > b.m ORDER BY a.t DESC;

-- a017
WITH a(x, y) AS (SELECT id, total FROM orders) SELECT x, y FROM a WHERE y > 700 ORDER BY x;

-- a018
WITH a AS (SELECT id FROM orders UNION ALL SELECT id FROM customer) SELECT count(*), count(DISTINCT id) FROM a;

-- a019
SELECT id FROM customer UNION SELECT customer_id FROM orders ORDER BY id;

-- a020
SELECT id AS n FROM customer UNION ALL SELECT customer_id FROM orders ORDER BY n DESC LIMIT 5;

-- a021
SELECT id FROM customer EXCEPT SELECT customer_id FROM orders ORDER BY 1;

-- a022
SELECT id FROM customer INTERSECT SELECT customer_id FROM orders ORDER BY 1;

-- a023
SELECT 'a' AS kind, count(*) FROM customer UNION ALL SELECT 'b', count(*) FROM orders ORDER BY kind;

-- a024
SELECT x.country, x.n FROM (SELECT country, count(*) AS n FROM customer GROUP BY country) AS x WHERE x.n > 5 ORDER BY x.n DESC, x.country;

-- a025
SELECT q.s, avg(q.t) FROM (SELECT status AS s, total AS t FROM orders WHERE total > 10) q GROUP BY q.s ORDER BY q.s;

-- a026
SELECT a.id, b.id FROM customer a JOIN customer b ON a.country = b.country AND a.id < b.id ORDER BY a.id, b.id LIMIT 10;

-- a027
SELECT c.name, o.id FROM customer c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 900 ORDER BY c.id, o.id;

-- a028
SELECT c.id, o.id FROM orders o RIGHT JOIN customer c ON o.customer_id = c.id AND o.total > 900 ORDER BY c.id, o.id;

-- a029
SELECT c.id, o.id FROM orders o FULL OUTER JOIN customer c ON o.customer_id = c.id AND o.total > 900 ORDER BY c.id, o.id;

-- a030
SELECT count(*) FROM customer, orders;

-- a031
SELECT count(*) FROM customer CROSS JOIN note;

-- a032
SELECT o.id, l.sku FROM orders o INNER JOIN order_line l ON l.order_id = o.id WHERE o.id < 5 ORDER BY 1, 2;

-- a033
SELECT o.id, sum(l.quantity * l.price) AS v FROM orders o JOIN order_line l ON l.order_id = o.id JOIN customer c ON c.id = o.customer_id WHERE c.country = 'DE' GROUP BY o.id HAVING sum(l.quantity * l.price) > 200 ORDER BY v DESC, o.id LIMIT 10;

-- a034
SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders ORDER BY id LIMIT 20;

-- a035
SELECT id, sum(total) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM orders ORDER BY id LIMIT 20;

-- a036
SELECT id, lag(total, 1, 0) OVER w, lead(total) OVER w, first_value(id) OVER w, ntile(4) OVER w FROM orders WINDOW w AS (PARTITION BY status ORDER BY id) ORDER BY id LIMIT 20;

-- a037
SELECT id, avg(total) OVER (PARTITION BY status ORDER BY id ROWS 2 PRECEDING) FROM orders ORDER BY id LIMIT 20;

-- a038
SELECT id, nth_value(id, 2) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM orders ORDER BY id LIMIT 20;

-- a039
SELECT * FROM (SELECT id, rank() OVER (PARTITION BY customer_id ORDER BY total DESC) AS r FROM orders) t WHERE t.r = 1 ORDER BY id LIMIT 9;

-- a040
SELECT status, sum(sum(total)) OVER (ORDER BY status) FROM orders GROUP BY status ORDER BY status;

-- a041
SELECT sum(total) FILTER (WHERE status = 'paid') AS paid, count(*) FILTER (WHERE total > 50) FROM orders;

-- a042
SELECT DISTINCT status FROM orders ORDER BY status DESC;

-- a043
SELECT DISTINCT status, customer_id FROM orders ORDER BY customer_id, status LIMIT 8;

-- a044
SELECT name || ' (' || country || ')' AS label FROM customer ORDER BY label LIMIT 4;

-- a045
SELECT lower(name), length(name), substr(name, 1, 3), replace(name, 'Person', 'P'), trim(name), ltrim(name, 'P'), rtrim(name, '1') FROM customer ORDER BY id LIMIT 5;

-- a046
SELECT coalesce(NULL, name), nullif(country, 'DE'), abs(-3), round(2.567, 2), round(2.5) FROM customer ORDER BY id LIMIT 5;

-- a047
SELECT id FROM orders WHERE total BETWEEN 100 AND 200 AND status NOT IN ('open', 'sent') ORDER BY id;

-- a048
SELECT id FROM orders WHERE NOT (status = 'open' OR total < 100) AND total IS NOT NULL ORDER BY id LIMIT 10;

-- a049
SELECT id FROM orders WHERE status LIKE 'p%' AND status NOT LIKE '%x' ORDER BY id LIMIT 5;

-- a050
SELECT id FROM orders WHERE status LIKE 'p!_%' ESCAPE '!' ORDER BY id LIMIT 5;

-- a051
SELECT id FROM orders WHERE status IS DISTINCT FROM 'open' ORDER BY id LIMIT 3;

-- a052
SELECT id FROM orders WHERE (customer_id, status) IN (SELECT customer_id, status FROM orders WHERE total > 800) ORDER BY id;

-- a053
SELECT id FROM orders ORDER BY total DESC NULLS LAST, id LIMIT 5 OFFSET 3;

-- a054
SELECT id FROM orders ORDER BY total ASC NULLS FIRST, id LIMIT 5;

-- a055
SELECT max(total) - min(total) AS spread, sum(total) / count(*) AS mean FROM orders;

-- a056
SELECT sub.n, count(*) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id) sub GROUP BY sub.n ORDER BY sub.n;

-- a057
SELECT (SELECT name FROM customer WHERE id = 1) AS who, 1 + 1 AS two;

-- a058
SELECT 1;

-- a059
SELECT o.id FROM orders o WHERE o.total = (SELECT max(total) FROM orders i WHERE i.customer_id = o.customer_id) ORDER BY o.id LIMIT 9;

-- a060
SELECT o.customer_id FROM orders o GROUP BY o.customer_id HAVING count(*) = (SELECT max(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id) x) ORDER BY 1;

-- a061
SELECT t.id, t.subject FROM ticket t JOIN customer c ON c.id = t.customer_id JOIN orders o ON o.id = t.order_id WHERE o.total > 100 ORDER BY t.id LIMIT 5;

-- a062
SELECT order_id, sku FROM order_line WHERE quantity * price > 300 ORDER BY quantity * price DESC, order_id, sku LIMIT 5;

-- a063
SELECT c.country AS "Land", count(*) AS "Anzahl Kunden" FROM customer c GROUP BY c.country ORDER BY "Anzahl Kunden" DESC, "Land";

-- a064
SELECT Status, COUNT(*) AS N FROM Orders GROUP BY STATUS ORDER BY n DESC, status;

-- a065
SELECT ORDERS.ID FROM ORDERS WHERE Orders.Total > 900 ORDER BY orders.id;

-- a066
SELECT "orders"."id" FROM "orders" WHERE "total" > 900 ORDER BY "id";

-- a067
SELECT * FROM orders JOIN order_line ON orders.id = order_line.order_id ORDER BY 1, 8 LIMIT 4;

-- a068
SELECT o.*, c.name FROM orders o JOIN customer c ON c.id = o.customer_id ORDER BY o.id LIMIT 4;

-- a069
SELECT a.id FROM (orders a JOIN customer b ON a.customer_id = b.id) LEFT JOIN ticket t ON t.order_id = a.id WHERE t.id IS NULL ORDER BY a.id LIMIT 4;

-- a070
SELECT a.id FROM orders a JOIN (customer b JOIN ticket t ON t.customer_id = b.id) ON a.customer_id = b.id AND t.order_id = a.id ORDER BY a.id LIMIT 4;

-- a071
SELECT x.id FROM ((SELECT id FROM orders WHERE total > 800)) x ORDER BY x.id;

-- a072
SELECT id, total FROM orders WHERE total > 1e2 AND total < .5e4 AND id <> 7 ORDER BY id LIMIT 3;

-- a073
SELECT id FROM orders WHERE ((total > 100)) AND (((id))) > 5 ORDER BY (id) LIMIT 3;

-- a074
SELECT -id, - -id, +id, NOT id = 3 FROM orders ORDER BY id LIMIT 3;

-- a075
SELECT id FROM orders WHERE status = 'paid' OR status = 'open' AND total > 500 ORDER BY id LIMIT 20;

-- a076
SELECT id FROM orders WHERE NOT status = 'paid' AND NOT total > 500 ORDER BY id LIMIT 20;

-- a077
SELECT 'it''s', 'a"b', 'x\y', '%(a)s', ':name', '$1', '?' FROM customer WHERE id = 1;

-- a078
SELECT id FROM orders WHERE 1 = 1 AND total > 100 -- trailing comment;

-- a079
SELECT /* inner */ id FROM orders /* more */ WHERE id < 4 ORDER BY id;

-- a080
SELECT EXISTS (SELECT 1 FROM orders WHERE total > 1000000) AS any_big;

-- a081
SELECT avg(n) FROM (SELECT count(*) AS n FROM orders GROUP BY customer_id) AS per;

-- a082
SELECT min(length(name)), max(length(name)) FROM customer;

-- a083
SELECT status, min(placed), max(placed) FROM orders GROUP BY status ORDER BY 1;

-- a084
SELECT count(*) AS count FROM orders HAVING count(*) > 1;

-- a085
SELECT o1.id FROM orders o1, orders o2, orders o3 WHERE o1.id = o2.id AND o2.id = o3.id AND o1.total > 800 ORDER BY o1.id;

-- a086
SELECT a.id AS id, b.id AS id, a.total FROM orders a JOIN orders b ON a.id = b.id ORDER BY a.id LIMIT 2;

-- a087
SELECT x.id FROM (SELECT o.id, c.id AS cid FROM orders o JOIN customer c ON c.id=o.customer_id) x ORDER BY x.id LIMIT 2;

-- a088
SELECT round(avg(total)) AS r, round(sum(total) * 1.0 / count(*), 2) FROM orders;

-- a089
SELECT count(*) FROM orders WHERE placed >= '2025-06-01' AND placed < '2025-07-01';

-- a090
SELECT floor(2.7), ceil(2.1), power(2, 3), sqrt(16), mod(7, 3), sign(-2), exp(0), ln(1);

-- a091
SELECT log(100), trunc(2.9);

-- a092
SELECT c.country AS k, count(*) AS n FROM customer c GROUP BY c.country HAVING count(*) > (SELECT avg(x.n) FROM (SELECT count(*) AS n FROM customer GROUP BY country) x) ORDER BY n DESC, k;

-- a093
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(total) AS top FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.top = o.total ORDER BY o.id LIMIT 9;

-- a094
SELECT customer.name FROM customer WHERE customer.id = (SELECT customer_id FROM orders WHERE orders.id = 1);

-- a095
WITH a AS (SELECT id, total FROM orders), b AS (SELECT id FROM a WHERE total > 500) SELECT (SELECT count(*) FROM b) AS n, (SELECT count(*) FROM a) AS m;

-- a096
SELECT id FROM (SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 5) AS top ORDER BY id;

-- a097
SELECT status, count(*) FROM orders WHERE id NOT BETWEEN 10 AND 300 AND status NOT LIKE 'p%' GROUP BY status ORDER BY status;

-- p001
SELECT date_trunc('month', placed::timestamp) AS m, count(*) FROM orders GROUP BY m ORDER BY m LIMIT 4;

-- p002
SELECT extract(year FROM placed::date), date_part('month', placed::date), to_char(placed::date, 'Mon YYYY'), to_char(total, 'FM999990.00'), age('2026-01-01'::date, placed::date), placed::date + interval '1 month', placed::date - 7, placed::date + interval '3' day FROM orders ORDER BY id LIMIT 3;

-- p003
SELECT string_agg(status, ', ' ORDER BY id), string_agg(DISTINCT status, '/'), bool_and(total > 0), every(id > 0) FROM orders;

-- p004
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total), percentile_disc(0.9) WITHIN GROUP (ORDER BY total DESC), mode() WITHIN GROUP (ORDER BY status), stddev(total), variance(total), corr(id, total) FROM orders;

-- p005
SELECT DISTINCT ON (customer_id) customer_id, id, total FROM orders ORDER BY customer_id, total DESC, id LIMIT 5;

-- p006
SELECT status, customer_id % 3, sum(total) FROM orders GROUP BY ROLLUP (status, customer_id % 3) ORDER BY 1 NULLS LAST, 2 NULLS LAST;

-- p007
SELECT status, customer_id % 2 AS c, count(*), grouping(status) FROM orders GROUP BY GROUPING SETS ((status), (customer_id % 2), ()) ORDER BY 1 NULLS FIRST, 2 NULLS FIRST;

-- p008
SELECT status, count(*) FROM orders GROUP BY CUBE (status) ORDER BY status NULLS LAST;

-- p009
SELECT id FROM orders WHERE status ILIKE 'P%' AND status NOT ILIKE 'x' ORDER BY id LIMIT 3;

-- p010
SELECT id FROM orders ORDER BY id FETCH FIRST 3 ROWS ONLY;

-- p011
SELECT id FROM orders ORDER BY id OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY;

-- p012
SELECT id FROM orders WHERE total >= ALL (SELECT total FROM orders) ORDER BY id;

-- p013
SELECT id FROM orders WHERE customer_id = ANY (SELECT id FROM customer WHERE country = 'DE') ORDER BY id LIMIT 5;

-- p014
SELECT v.x, v.y FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y) ORDER BY v.x;

-- p015
SELECT substring(name from 1 for 3), substring(name, 2, 2), substr(name, 2), left(name, 2), right(name, 2), position('e' in name), strpos(name, 'e'), split_part(name, ' ', 2), initcap(name), reverse(name), concat(name, NULL, '-'), concat_ws('-', name, country), trim(both 'P' from name), btrim(name, 'P'), char_length(name) FROM customer ORDER BY id LIMIT 3;

-- p016
SELECT greatest(1, 2, 3), least(1, 2), trunc(2.567, 2), ceiling(2.1), cbrt(27), power(2, 3), width_bucket(5, 0, 10, 4), div(7, 2), log(2, 8);

-- p017
SELECT count(*) FROM orders GROUP BY status ORDER BY count DESC, status;

-- p018
SELECT upper(status), count(*) FROM orders GROUP BY upper ORDER BY upper;

-- p019
SELECT status FROM orders GROUP BY status ORDER BY count(*) DESC, status;

-- p020
SELECT order_id FROM order_line JOIN (SELECT id AS order_id, total FROM orders) q USING (order_id) ORDER BY order_id LIMIT 4;

-- p021
SELECT * FROM order_line JOIN (SELECT id AS order_id, total FROM orders) q USING (order_id) ORDER BY 1, 2 LIMIT 4;

-- p022
SELECT * FROM (SELECT 1 AS k, 2 AS a) x LEFT JOIN (SELECT 1 AS k, 3 AS b) y USING (k) LEFT JOIN (SELECT 1 AS k, 4 AS c) z USING (k);

-- p023
SELECT k, a, b FROM (SELECT 1 AS k, 2 AS a) x FULL JOIN (SELECT 9 AS k, 3 AS b) y USING (k) ORDER BY k;

-- p024
SELECT * FROM (SELECT 1 AS a, 2 AS k) x JOIN (SELECT 2 AS k, 3 AS b) y USING (k), (SELECT 5 AS k) w;

-- p025
SELECT * FROM (SELECT 1 AS a) w, (SELECT 1 AS a, 2 AS k) x JOIN (SELECT 2 AS k, 3 AS b) y USING (k);

-- p026
SELECT w.k, x.k FROM (SELECT 7 AS k) w, (SELECT 2 AS k) x JOIN (SELECT 2 AS k) y ON x.k = y.k;

-- p027
SELECT x.id FROM orders w, orders x RIGHT JOIN customer y ON x.customer_id = y.id AND x.total > 800 WHERE w.id = 1 ORDER BY x.id;

-- p028
SELECT count(*) FILTER (WHERE total > 10), sum(total) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM orders GROUP BY id, total ORDER BY 2 LIMIT 2;

-- p029
SELECT (SELECT id FROM orders ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM orders ORDER BY id DESC LIMIT 1) ORDER BY 1;

-- p030
(SELECT id FROM orders ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM orders ORDER BY id DESC LIMIT 1) ORDER BY 1;

-- p031
SELECT name COLLATE "C" FROM customer ORDER BY name COLLATE "C" LIMIT 2;

-- p032
SELECT 'a' || 'b' || 1, 1 || 'x', NOT true, true AND NOT false, 1 <> 2, null IS NULL, x IS TRUE, x IS NOT TRUE, x IS UNKNOWN FROM (SELECT 1 = 1 AS x) q;

-- p033
SELECT 7 / 2, 7 / 2.0, -7 / 2, 7 % 3, 'a' || 1 + 2, -5 % 3;

-- p034
SELECT now() IS NOT NULL, current_date IS NOT NULL, current_timestamp > now() - interval '1 hour', localtimestamp IS NOT NULL;

-- p035
SELECT id, "total" AS "Total" FROM orders ORDER BY "Total" DESC, id LIMIT 3;

-- p036
SELECT id AS Total FROM orders ORDER BY total LIMIT 3;

-- p037
SELECT date '2024-01-31' + interval '1 month', timestamp '2024-01-01 10:00' - interval '2 hours', interval '90' minute, interval '1 year 2 months', date '2024-03-01' - date '2024-02-01';

-- p038
SELECT lower(country) country, count(*) FROM customer GROUP BY country ORDER BY country;

-- p039
SELECT a.n FROM (SELECT count(*) n FROM orders) a;

-- p040
SELECT a.count FROM (SELECT count(*) FROM orders) a;

-- p041
SELECT CASE WHEN true THEN 1 END, coalesce(null, 1), nullif(1, 2), (SELECT 3), EXISTS (SELECT 1), 1::text;

-- p042
SELECT name AS n, count(*) OVER () FROM customer ORDER BY n LIMIT 1;

-- p043
SELECT id FROM orders UNION SELECT id FROM customer ORDER BY id LIMIT 3;

-- p044
SELECT x FROM (SELECT id AS x FROM orders UNION SELECT 0) q(x) ORDER BY x LIMIT 2;

-- p045
SELECT y.a FROM (SELECT id, total FROM orders) AS y(a) ORDER BY 1 LIMIT 2;

-- p046
SELECT to_char(date '2024-05-06', 'Day, DD FMMonth YYYY "Q"Q IW'), to_date('06.05.2024', 'DD.MM.YYYY'), to_timestamp('2024', 'YYYY'), to_number('1,234', '9,999'), make_date(2024, 1, 2), justify_days(interval '40 days');

-- p047
SELECT sum(quantity)::numeric / nullif(count(*), 0) FROM order_line;

-- p048
SELECT id FROM orders WHERE placed::date BETWEEN date '2025-01-01' AND date '2025-01-01' + interval '1 month' ORDER BY id LIMIT 3;

-- p049
SELECT regr_slope(total, id), covar_pop(total, id), any_value(1) FROM orders;

-- p050
SELECT row_number() OVER (), * FROM customer ORDER BY id LIMIT 2;

-- p051
SELECT total::int AS a, total::numeric(10,1) AS b, id::text AS c, id::float / 2 AS d, CAST(id AS varchar(2)) AS e FROM orders ORDER BY id LIMIT 3;

-- p052
SELECT b.id FROM orders a, customer b LEFT JOIN ticket t ON t.customer_id = b.id WHERE a.customer_id = b.id AND t.id IS NULL ORDER BY a.id LIMIT 4;

-- a120
SELECT -total AS total FROM orders ORDER BY (total), id LIMIT 5;

-- a121
SELECT -total AS total FROM orders ORDER BY abs(total), id LIMIT 5;

-- a122
SELECT -id AS id FROM customer UNION ALL SELECT id FROM orders ORDER BY (id) LIMIT 5;

-- a123
SELECT id FROM orders WHERE (customer_id, id) > (60, 10) AND (status, 1) = ('paid', 1) ORDER BY id LIMIT 5;

-- a124
SELECT k, a.k AS ak, b.k AS bk FROM (SELECT 1 AS k) AS a RIGHT JOIN (SELECT 2 AS k) AS b USING (k);

-- a125
SELECT * FROM (SELECT 1 AS k) AS a RIGHT JOIN (SELECT 2 AS k, 3 AS x) AS b USING (k) ORDER BY k;

-- a126
SELECT k, count(*) AS n FROM (SELECT 1 AS k) AS a LEFT JOIN (SELECT 2 AS k) AS b USING (k) GROUP BY k ORDER BY k;

-- p090
SELECT upper(status) AS status FROM orders ORDER BY status COLLATE "C", id LIMIT 5;

-- s090
SELECT -total AS total FROM orders ORDER BY total COLLATE BINARY, id LIMIT 5;

-- s091
SELECT 'x' || name AS name FROM customer ORDER BY ((name) COLLATE NOCASE) DESC LIMIT 5;

-- s092
SELECT id FROM customer UNION SELECT id + 1000 FROM customer INTERSECT SELECT id FROM orders EXCEPT SELECT 3 ORDER BY 1;

-- s001
SELECT strftime('%Y-%m', placed) AS month, sum(total) FROM orders GROUP BY month ORDER BY month;

-- s002
SELECT date(placed, '+1 month'), date(placed, 'start of month'), julianday(placed), time('12:30'), datetime(placed), unixepoch(placed) FROM orders ORDER BY id LIMIT 3;

-- s003
SELECT CAST(total AS INTEGER), CAST(total AS NUMERIC), CAST(id AS REAL), CAST(id AS TEXT), CAST('5' AS DECIMAL(10,2)) / 2, CAST('5' AS NUMERIC) / 2, CAST(1.5 AS BOOLEAN), CAST(id AS VARCHAR(3)), typeof(CAST('5' AS DECIMAL)) FROM orders ORDER BY id LIMIT 3;

-- s004
SELECT ifnull(NULL, 3), iif(total > 100, 'a', 'b'), instr(name, 'e'), total(1), min(1, 2), max(3, 2) FROM customer, orders LIMIT 1;

-- s005
SELECT group_concat(status), group_concat(DISTINCT status), group_concat(status, '; ') FROM (SELECT status FROM orders ORDER BY id LIMIT 5);

-- s006
SELECT total AS t FROM orders WHERE t > 900 ORDER BY t;

-- s007
SELECT status AS s, count(*) AS n FROM orders GROUP BY s HAVING n > 3 ORDER BY n * -1, s;

-- s008
SELECT substr(placed, 1, 7) AS placed, count(*) AS n FROM orders GROUP BY placed ORDER BY placed LIMIT 5;

-- s009
SELECT count(*) FROM orders GROUP BY status ORDER BY count(*);

-- s010
SELECT name FROM customer ORDER BY name COLLATE NOCASE DESC LIMIT 3;

-- s011
SELECT id FROM orders WHERE status IS 'paid' ORDER BY id LIMIT 3;

-- s012
SELECT id FROM orders WHERE status IS NOT 'paid' ORDER BY id LIMIT 3;

-- s013
SELECT id FROM orders WHERE status GLOB 'p*' ORDER BY id LIMIT 3;

-- s014
SELECT (x IS NOT NULL) = 5, x NOTNULL, x ISNULL, x NOT NULL FROM (SELECT 3 AS x);

-- s015
SELECT 'a' || 1 + 2, 2 * 3 || 4, 1 || 2 * 3;

-- s016
SELECT (1 = 2) = 0, (1 < 2) = 1, 5 & 3, 5 | 3, 1 IS 1, NULL IS NULL;

-- s017
SELECT id = 3 AND total > 1, NOT id = 3, id == 3, id != 3 FROM orders ORDER BY id LIMIT 4;

-- s018
SELECT order_id FROM order_line JOIN (SELECT id AS order_id, total FROM orders) USING (order_id) ORDER BY order_id LIMIT 4;

-- s019
SELECT * FROM order_line JOIN (SELECT id AS order_id, total FROM orders) USING (order_id) ORDER BY 1, 2 LIMIT 4;

-- s020
SELECT * FROM (SELECT 1 AS k, 2 AS a) x LEFT JOIN (SELECT 1 AS k, 3 AS b) y USING (k) LEFT JOIN (SELECT 1 AS k, 4 AS c) z USING (k);

-- s021
SELECT k, a, b FROM (SELECT 1 AS k, 2 AS a) x FULL JOIN (SELECT 9 AS k, 3 AS b) y USING (k) ORDER BY k;

-- s022
SELECT [id], `total` FROM [orders] ORDER BY [id] LIMIT 2;

-- s023
SELECT id 'n', total "t" FROM orders ORDER BY id LIMIT 2;

-- s024
SELECT strftime('%Y', placed) AS y, strftime('%m', placed) AS m, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2;

-- s025
SELECT abs(total), sum(total) OVER () FROM orders ORDER BY abs(total) DESC, id LIMIT 2;

-- s026
SELECT count(*) c FROM orders, customer WHERE orders.customer_id = customer.id AND country = 'DE';

-- s027
SELECT TRUE, FALSE, TRUE + 1, 5 IS TRUE, 0 IS NOT TRUE;

-- s028
SELECT max(total), id FROM orders;

-- s029
SELECT log10(100), log2(8), pow(2, 3), unicode('a'), typeof(1);

-- s030
SELECT 5 / 2, 5 / 2.0, 5 % 2, -5 / 2, '5' + 1, '5' / 2;

-- s031
SELECT id FROM orders WHERE total > '100' ORDER BY id LIMIT 3;

-- s032
SELECT sum(total) total FROM orders;

-- s033
SELECT o.id FROM orders o WHERE o.id IN (1, 2, 3) AND o.status NOT IN ('paid') ORDER BY o.id;

-- s034
SELECT id FROM orders ORDER BY id LIMIT 2, 3;
