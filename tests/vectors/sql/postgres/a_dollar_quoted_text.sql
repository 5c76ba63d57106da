-- refused: not supported
SELECT title FROM product WHERE title = $x$a$x$
