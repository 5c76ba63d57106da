-- refused: not supported
SELECT 1 AS x FROM ROWS FROM (pg_ls_dir('/')) AS y
