-- refused: in lower case
SELECT title FROM "Product"
