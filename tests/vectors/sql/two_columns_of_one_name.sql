-- refused: two columns called
SELECT sku, title AS SKU FROM product
