-- refused: could guess `customer.email`
SELECT CASE email WHEN :guess THEN 1 ELSE 0 END AS n FROM customer
