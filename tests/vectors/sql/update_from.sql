-- refused: not supported
UPDATE product SET title = c.name FROM customer c
