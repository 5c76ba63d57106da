-- refused: what replaces a row deletes one
INSERT OR REPLACE INTO product (sku, title) VALUES ('a', 'b')
