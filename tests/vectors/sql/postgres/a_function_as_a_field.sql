-- refused: unknown column | could not be resolved
SELECT c.pg_read_file AS x FROM customer AS c
