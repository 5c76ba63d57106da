-- refused: two WITHs
WITH a AS (WITH b AS (SELECT 1 AS x) SELECT x FROM b), b AS (SELECT 2 AS x) SELECT b.x AS x FROM a, b
