-- refused: not a table listed
SELECT value FROM api_key
