-- refused: could guess `customer.email`
SELECT count(*) AS n FROM customer GROUP BY email = :guess
