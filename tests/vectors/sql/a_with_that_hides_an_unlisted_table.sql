-- refused: no such table | may not be seen
WITH a AS (WITH api_key AS (SELECT 1 AS value) SELECT value FROM api_key) SELECT api_key.value FROM a, api_key
