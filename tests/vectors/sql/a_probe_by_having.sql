-- refused: could guess `customer.email`
SELECT boss FROM customer GROUP BY boss HAVING max(email) > :guess
