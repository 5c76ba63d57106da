-- refused: exactly one statement
SELECT title FROM product; DELETE FROM product;
