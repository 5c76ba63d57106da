-- refused: as a column of a table
SELECT (c.*)::text AS x FROM customer AS c
