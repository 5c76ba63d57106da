-- refused: could guess `customer.email`
SELECT count(*) OVER (PARTITION BY email = :guess) AS n FROM customer
