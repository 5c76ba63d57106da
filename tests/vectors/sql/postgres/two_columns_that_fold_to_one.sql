-- refused: two columns called
SELECT sku AS Title, title FROM product
