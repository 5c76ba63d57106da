-- Twenty-two questions of a wholesaler's analyst as SQLite is asked them; each orders its answer completely.

-- q01: what was shipped by a day, by what became of it
SELECT
    returned,
    status,
    sum(quantity) AS quantity,
    sum(price) AS listed,
    sum(price * (1 - discount)) AS net,
    sum(price * (1 - discount) * (1 + tax)) AS gross,
    avg(quantity) AS mean_quantity,
    avg(price) AS mean_price,
    avg(discount) AS mean_discount,
    count(*) AS lines
FROM line_item
WHERE shipped <= date('1998-09-01', '-90 days')
GROUP BY returned, status
ORDER BY returned, status;

-- q02: the cheapest supplier of a region for each part of a kind
SELECT s.balance, s.name, n.name AS nation, p.id, p.maker, s.address, s.phone, s.remark
FROM part p, supplier s, part_supply ps, nation n, region r
WHERE p.id = ps.part_id
    AND s.id = ps.supplier_id
    AND p.size > 10
    AND p.kind LIKE '%brass'
    AND s.nation_id = n.id
    AND n.region_id = r.id
    AND r.name = 'europe'
    AND ps.cost = (
        SELECT min(inner_ps.cost)
        FROM part_supply inner_ps, supplier inner_s, nation inner_n, region inner_r
        WHERE p.id = inner_ps.part_id
            AND inner_s.id = inner_ps.supplier_id
            AND inner_s.nation_id = inner_n.id
            AND inner_n.region_id = inner_r.id
            AND inner_r.name = 'europe'
    )
ORDER BY s.balance DESC, n.name, s.name, p.id
LIMIT 100;

-- q03: what is not shipped yet and is worth most
SELECT l.order_id, sum(l.price * (1 - l.discount)) AS revenue, o.placed, o.priority
FROM customer c, orders o, line_item l
WHERE c.segment = 'building'
    AND c.id = o.customer_id
    AND l.order_id = o.id
    AND o.placed < '1995-03-15'
    AND l.shipped > '1995-03-15'
GROUP BY l.order_id, o.placed, o.priority
ORDER BY revenue DESC, o.placed, l.order_id
LIMIT 10;

-- q04: how many orders came late, by their priority
SELECT priority, count(*) AS orders
FROM orders o
WHERE o.placed >= '1993-07-01'
    AND o.placed < date('1993-07-01', '+3 months')
    AND EXISTS (SELECT * FROM line_item l WHERE l.order_id = o.id AND l.promised < l.received)
GROUP BY priority
ORDER BY priority;

-- q05: what suppliers sold to customers of their own nation
SELECT n.name, sum(l.price * (1 - l.discount)) AS revenue
FROM customer c
JOIN orders o ON c.id = o.customer_id
JOIN line_item l ON l.order_id = o.id
JOIN supplier s ON l.supplier_id = s.id AND c.nation_id = s.nation_id
JOIN nation n ON s.nation_id = n.id
JOIN region r ON n.region_id = r.id
WHERE r.name = 'asia' AND o.placed >= '1994-01-01' AND o.placed < date('1994-01-01', '+3 years')
GROUP BY n.name
ORDER BY revenue DESC, n.name;

-- q06: what would have been earned without a band of discounts
SELECT sum(price * discount) AS revenue
FROM line_item
WHERE shipped >= '1994-01-01'
    AND shipped < date('1994-01-01', '+1 year')
    AND discount BETWEEN 0.06 - 0.01 AND 0.06 + 0.01
    AND quantity < 24;

-- q07: trade between two nations, by year
SELECT seller, buyer, year, sum(volume) AS revenue
FROM (
    SELECT
        n1.name AS seller,
        n2.name AS buyer,
        strftime('%Y', l.shipped) AS year,
        l.price * (1 - l.discount) AS volume
    FROM supplier s, line_item l, orders o, customer c, nation n1, nation n2
    WHERE s.id = l.supplier_id
        AND o.id = l.order_id
        AND c.id = o.customer_id
        AND s.nation_id = n1.id
        AND c.nation_id = n2.id
        AND ((n1.name = 'france' AND n2.name = 'germany') OR (n1.name = 'germany' AND n2.name = 'france'))
        AND l.shipped BETWEEN '1992-01-01' AND '1998-12-31'
) AS shipping
GROUP BY seller, buyer, year
ORDER BY seller, buyer, year;

-- q08: one nation's share of a market, by year
SELECT year, sum(CASE WHEN nation = 'brazil' THEN volume ELSE 0 END) / sum(volume) AS share
FROM (
    SELECT strftime('%Y', o.placed) AS year, l.price * (1 - l.discount) AS volume, n2.name AS nation
    FROM part p, supplier s, line_item l, orders o, customer c, nation n1, nation n2, region r
    WHERE p.id = l.part_id
        AND s.id = l.supplier_id
        AND l.order_id = o.id
        AND o.customer_id = c.id
        AND c.nation_id = n1.id
        AND n1.region_id = r.id
        AND r.name = 'america'
        AND s.nation_id = n2.id
        AND p.kind LIKE 'economy%'
) AS every_nation
GROUP BY year
ORDER BY year;

-- q09: profit on parts of a colour, by nation and year
SELECT nation, year, sum(amount) AS profit
FROM (
    SELECT
        n.name AS nation,
        strftime('%Y', o.placed) AS year,
        l.price * (1 - l.discount) - ps.cost * l.quantity AS amount
    FROM part p, supplier s, line_item l, part_supply ps, orders o, nation n
    WHERE s.id = l.supplier_id
        AND ps.supplier_id = l.supplier_id
        AND ps.part_id = l.part_id
        AND p.id = l.part_id
        AND o.id = l.order_id
        AND s.nation_id = n.id
        AND p.name LIKE '%green%'
) AS profits
GROUP BY nation, year
ORDER BY nation, year DESC;

-- q10: who sent most back, with how to reach them
SELECT c.id, c.name, sum(l.price * (1 - l.discount)) AS revenue, c.balance, n.name AS nation, c.address, c.phone
FROM customer c, orders o, line_item l, nation n
WHERE c.id = o.customer_id
    AND l.order_id = o.id
    AND o.placed >= '1993-10-01'
    AND o.placed < date('1993-10-01', '+9 months')
    AND l.returned = 'R'
    AND c.nation_id = n.id
GROUP BY c.id, c.name, c.balance, c.phone, n.name, c.address
ORDER BY revenue DESC, c.id
LIMIT 20;

-- q11: parts that hold most of a nation's stock
SELECT ps.part_id, sum(ps.cost * ps.available) AS value
FROM part_supply ps, supplier s, nation n
WHERE ps.supplier_id = s.id AND s.nation_id = n.id AND n.name = 'germany'
GROUP BY ps.part_id
HAVING sum(ps.cost * ps.available) > (
    SELECT sum(ps2.cost * ps2.available) * 0.02
    FROM part_supply ps2, supplier s2, nation n2
    WHERE ps2.supplier_id = s2.id AND s2.nation_id = n2.id AND n2.name = 'germany'
)
ORDER BY value DESC, ps.part_id;

-- q12: whether cheap ways of shipping delay urgent orders
SELECT
    l.mode,
    sum(CASE WHEN o.priority = '1-urgent' OR o.priority = '2-high' THEN 1 ELSE 0 END) AS high,
    sum(CASE WHEN o.priority <> '1-urgent' AND o.priority <> '2-high' THEN 1 ELSE 0 END) AS low
FROM orders o, line_item l
WHERE o.id = l.order_id
    AND l.mode IN ('mail', 'ship')
    AND l.promised < l.received
    AND l.shipped < l.promised
    AND l.received >= '1994-01-01'
    AND l.received < date('1994-01-01', '+2 years')
GROUP BY l.mode
ORDER BY l.mode;

-- q13: how many customers have how many orders
SELECT orders, count(*) AS customers
FROM (
    SELECT c.id AS customer, count(o.id) AS orders
    FROM customer c
    LEFT OUTER JOIN orders o ON c.id = o.customer_id AND o.remark NOT LIKE '%special%requests%'
    GROUP BY c.id
) AS per_customer
GROUP BY orders
ORDER BY customers DESC, orders DESC;

-- q14: how much of the revenue was of promoted parts
SELECT
    100.00 * sum(CASE WHEN p.kind LIKE 'promo%' THEN l.price * (1 - l.discount) ELSE 0 END)
        / sum(l.price * (1 - l.discount)) AS promoted
FROM line_item l, part p
WHERE l.part_id = p.id AND l.shipped >= '1995-09-01' AND l.shipped < date('1995-09-01', '+3 months');

-- q15: the supplier that brought most
WITH revenue (supplier, total) AS (
    SELECT supplier_id, sum(price * (1 - discount))
    FROM line_item
    WHERE shipped >= '1996-01-01' AND shipped < date('1996-01-01', '+3 months')
    GROUP BY supplier_id
)
SELECT s.id, s.name, s.address, s.phone, r.total
FROM supplier s, revenue r
WHERE s.id = r.supplier AND r.total = (SELECT max(total) FROM revenue)
ORDER BY s.id;

-- q16: how many suppliers can deliver parts of a size
SELECT p.brand, p.kind, p.size, count(DISTINCT ps.supplier_id) AS suppliers
FROM part_supply ps, part p
WHERE p.id = ps.part_id
    AND p.brand <> 'brand#45'
    AND p.kind NOT LIKE 'medium%'
    AND p.size IN (3, 9, 14, 19, 23, 36, 45, 49)
    AND ps.supplier_id NOT IN (SELECT id FROM supplier WHERE remark LIKE '%customer%complaints%')
GROUP BY p.brand, p.kind, p.size
ORDER BY suppliers DESC, p.brand, p.kind, p.size;

-- q17: what small orders of a part bring in a year
SELECT sum(l.price) / 7.0 AS yearly
FROM line_item l, part p
WHERE p.id = l.part_id
    AND p.container LIKE 'med%'
    AND l.quantity < (SELECT 0.5 * avg(l2.quantity) FROM line_item l2 WHERE l2.part_id = p.id);

-- q18: large orders
SELECT c.name, c.id AS customer, o.id AS order_id, o.placed, o.total, sum(l.quantity) AS quantity
FROM customer c, orders o, line_item l
WHERE o.id IN (SELECT order_id FROM line_item GROUP BY order_id HAVING sum(quantity) > 180)
    AND c.id = o.customer_id
    AND o.id = l.order_id
GROUP BY c.name, c.id, o.id, o.placed, o.total
ORDER BY o.total DESC, o.placed, o.id
LIMIT 100;

-- q19: revenue of three kinds of offers
SELECT sum(l.price * (1 - l.discount)) AS revenue
FROM line_item l, part p
WHERE (
        p.id = l.part_id
        AND p.brand = 'brand#12'
        AND p.container IN ('sm case', 'sm box', 'sm pack')
        AND l.quantity >= 1 AND l.quantity <= 41
        AND p.size BETWEEN 1 AND 50
        AND l.mode IN ('air', 'mail')
    ) OR (
        p.id = l.part_id
        AND p.brand = 'brand#23'
        AND p.container IN ('med bag', 'med box', 'med pack')
        AND l.quantity >= 10 AND l.quantity <= 50
        AND p.size BETWEEN 1 AND 50
        AND l.instruction = 'deliver in person'
    ) OR (
        p.id = l.part_id
        AND p.brand = 'brand#34'
        AND p.container IN ('lg case', 'lg box')
        AND l.quantity BETWEEN 20 AND 50
        AND p.size BETWEEN 1 AND 50
    );

-- q20: suppliers with more in stock than they sold
SELECT s.name, s.address
FROM supplier s, nation n
WHERE s.id IN (
        SELECT ps.supplier_id
        FROM part_supply ps
        WHERE ps.part_id IN (SELECT p.id FROM part p WHERE p.name LIKE 'forest%')
            AND ps.available > (
                SELECT 0.5 * coalesce(sum(l.quantity), 0)
                FROM line_item l
                WHERE l.part_id = ps.part_id
                    AND l.supplier_id = ps.supplier_id
                    AND l.shipped >= '1994-01-01'
                    AND l.shipped < date('1994-01-01', '+1 year')
            )
    )
    AND s.nation_id = n.id
    AND n.name IN ('canada', 'france', 'china', 'egypt')
ORDER BY s.name;

-- q21: suppliers that alone kept an order waiting
SELECT s.name, count(*) AS waited
FROM supplier s, line_item l1, orders o, nation n
WHERE s.id = l1.supplier_id
    AND o.id = l1.order_id
    AND o.status = 'F'
    AND l1.received > l1.promised
    AND EXISTS (SELECT * FROM line_item l2 WHERE l2.order_id = l1.order_id AND l2.supplier_id <> l1.supplier_id)
    AND NOT EXISTS (
        SELECT *
        FROM line_item l3
        WHERE l3.order_id = l1.order_id AND l3.supplier_id <> l1.supplier_id AND l3.received > l3.promised
    )
    AND s.nation_id = n.id
GROUP BY s.name
ORDER BY waited DESC, s.name
LIMIT 100;

-- q22: customers of some segments with money and without an order
SELECT code, count(*) AS customers, sum(balance) AS balance
FROM (
    SELECT substr(c.segment, 1, 2) AS code, c.balance
    FROM customer c
    WHERE substr(c.segment, 1, 2) IN ('bu', 'ma', 'ho')
        AND c.balance > (
            SELECT avg(c2.balance)
            FROM customer c2
            WHERE c2.balance > 0.00 AND substr(c2.segment, 1, 2) IN ('bu', 'ma', 'ho')
        )
        AND NOT EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id)
) AS idle
GROUP BY code
ORDER BY code;
