-- refused: not supported
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT (sku) DO UPDATE SET title = 'x'
