-- refused: the columns of the conflict
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT DO UPDATE SET title = 'x'
