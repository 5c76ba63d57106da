-- refused: could guess `customer.email`
SELECT count(CASE WHEN email = :guess THEN 1 END) AS n FROM customer
