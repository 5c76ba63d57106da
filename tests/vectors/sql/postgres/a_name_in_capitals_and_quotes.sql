-- refused: in lower case
SELECT "Title" FROM product
