-- refused: could guess `customer.email`
SELECT count(*) FILTER (WHERE email = :guess) AS n FROM customer
