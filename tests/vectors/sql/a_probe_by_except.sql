-- refused: could guess `customer.email`
SELECT :guess AS hit EXCEPT SELECT customer.email FROM customer
