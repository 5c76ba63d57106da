-- refused: could not be resolved
SELECT rowid FROM customer
