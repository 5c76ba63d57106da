-- refused: could guess `customer.email`
SELECT count(*) AS n FROM customer WHERE coalesce(email, 'x') = :guess
