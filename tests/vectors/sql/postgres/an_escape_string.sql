-- refused: not supported
SELECT title FROM product WHERE title = E'a\'b'
