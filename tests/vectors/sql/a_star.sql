-- refused: no `*`
SELECT * FROM customer
