-- refused: not one of the functions
SELECT load_extension('x') AS x FROM product
