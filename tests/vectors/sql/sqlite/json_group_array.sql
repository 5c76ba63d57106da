-- refused: not one of the functions
SELECT json_group_array(title) AS x FROM product
