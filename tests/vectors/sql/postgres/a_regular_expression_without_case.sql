-- refused: not supported
SELECT id FROM customer WHERE name !~* 'x'
