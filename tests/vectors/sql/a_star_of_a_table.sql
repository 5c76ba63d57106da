-- refused: no `*`
SELECT c.* FROM customer c
