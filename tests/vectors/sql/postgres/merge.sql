-- refused: a SELECT, INSERT, UPDATE or DELETE | not SQL
MERGE INTO product USING order_line ON product.sku = order_line.sku WHEN MATCHED THEN DELETE
