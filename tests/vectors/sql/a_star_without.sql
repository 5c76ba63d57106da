-- refused: not supported | not SQL | no `*`
SELECT * EXCEPT (email) FROM customer
