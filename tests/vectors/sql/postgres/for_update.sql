-- refused: not supported
SELECT id FROM customer FOR UPDATE
