-- refused: not a function that can be used
SELECT set_config('broker.raw', 'off', true) AS x FROM product
