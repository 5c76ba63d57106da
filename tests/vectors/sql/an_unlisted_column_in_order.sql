-- refused: could not be resolved
SELECT id FROM customer ORDER BY secret
