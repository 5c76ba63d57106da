-- refused: only SELECT inside WITH
WITH a AS (DELETE FROM product RETURNING sku) SELECT sku FROM a
