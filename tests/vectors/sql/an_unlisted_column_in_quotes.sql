-- refused: could not be resolved
SELECT "secret" FROM customer
