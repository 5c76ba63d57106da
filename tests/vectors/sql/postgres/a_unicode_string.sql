-- refused: not supported
SELECT title FROM product WHERE title = U&'\0061'
