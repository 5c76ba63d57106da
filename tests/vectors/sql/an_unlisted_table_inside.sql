-- refused: not a table listed
SELECT title FROM product WHERE EXISTS (SELECT 1 FROM api_key)
