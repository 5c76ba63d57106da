-- refused: could guess `customer.email`
SELECT count(*) AS n FROM customer HAVING greatest(max(email), :guess) = 'x'
