-- refused: not a function that can be used
SELECT query_to_xml('SELECT 1', true, true, '') AS x FROM product
