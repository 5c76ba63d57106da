-- refused: could guess `customer.email`
SELECT customer.email AS hit FROM customer INTERSECT SELECT :guess
