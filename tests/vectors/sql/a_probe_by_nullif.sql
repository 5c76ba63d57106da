-- refused: could guess `customer.email`
SELECT count(nullif(email, :guess)) AS n FROM customer
