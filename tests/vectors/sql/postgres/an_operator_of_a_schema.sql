-- refused: not supported | not SQL
SELECT sku FROM product WHERE sku OPERATOR(pg_catalog.=) 'a'
