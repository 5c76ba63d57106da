-- refused: exactly one statement
COMMIT; DELETE FROM product
