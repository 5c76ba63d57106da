-- refused: not supported
SELECT title FROM product INDEXED BY i
