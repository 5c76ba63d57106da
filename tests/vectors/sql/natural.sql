-- refused: not supported
SELECT title FROM product NATURAL JOIN order_line
