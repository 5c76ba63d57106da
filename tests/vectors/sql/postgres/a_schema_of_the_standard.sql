-- refused: without a schema prefix
SELECT table_name AS x FROM information_schema.tables
