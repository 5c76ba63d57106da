-- refused: not supported
SELECT id FROM ONLY customer
