-- refused: not supported
SELECT id FROM customer TABLESAMPLE SYSTEM (1)
