-- refused: not a function that can be used
SELECT dblink('host=x', 'SELECT 1') AS x FROM product
