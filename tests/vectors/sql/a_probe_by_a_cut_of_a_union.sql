-- refused: could guess `customer.email`
SELECT count(*) AS n FROM (SELECT email AS e FROM customer UNION ALL SELECT email AS e FROM customer ORDER BY e OFFSET :guess) AS q WHERE q.e IS NULL
