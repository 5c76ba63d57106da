-- refused: could guess `customer.email`
SELECT row_number() OVER (ORDER BY email = :guess) AS n FROM customer
