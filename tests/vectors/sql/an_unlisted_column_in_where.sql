-- refused: could not be resolved
SELECT id FROM customer WHERE secret LIKE 's%'
