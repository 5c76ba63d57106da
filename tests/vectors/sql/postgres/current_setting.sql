-- refused: not a function that can be used
SELECT current_setting('broker.pads') AS x FROM product
