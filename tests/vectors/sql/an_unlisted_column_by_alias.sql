-- refused: unknown column
SELECT c.secret FROM customer c
