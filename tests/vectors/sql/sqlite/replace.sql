-- refused: a SELECT, INSERT, UPDATE or DELETE
REPLACE INTO product (sku, title) VALUES ('a', 'b')
