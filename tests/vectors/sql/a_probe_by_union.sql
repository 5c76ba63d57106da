-- refused: could guess `customer.email`
SELECT COUNT(*) AS n FROM (SELECT customer.email FROM customer UNION SELECT :guess) AS q
