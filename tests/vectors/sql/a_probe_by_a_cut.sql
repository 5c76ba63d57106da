-- refused: could guess `customer.email`
SELECT count(*) AS n FROM (SELECT boss FROM customer ORDER BY email LIMIT :guess) AS q WHERE q.boss = 1
