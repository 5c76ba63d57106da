-- refused: not supported
WITH RECURSIVE n AS (SELECT 1 AS x) SELECT x FROM n
