-- refused: not one of the functions
SELECT printf('%.999999999d', 1) AS x FROM product
