-- refused: could guess `customer.email`
SELECT string_agg('x', ',' ORDER BY email = :guess) AS n FROM customer
