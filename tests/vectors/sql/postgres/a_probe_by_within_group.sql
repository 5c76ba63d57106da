-- refused: could guess `customer.email`
SELECT mode() WITHIN GROUP (ORDER BY email = :guess) AS n FROM customer
