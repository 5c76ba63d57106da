-- refused: in lower case
SELECT title AS "Title" FROM product
