-- refused: could guess `customer.email`
SELECT count(*) AS n FROM (SELECT boss, email = :guess AS hit FROM customer) AS q GROUP BY ROLLUP (q.boss, q.hit)
