-- refused: could not be resolved
WITH b AS (SELECT x FROM a), a AS (SELECT 1 AS x) SELECT b.x AS x FROM b
