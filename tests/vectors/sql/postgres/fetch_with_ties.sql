-- refused: not supported
SELECT id FROM customer ORDER BY email FETCH FIRST 1 ROWS WITH TIES
