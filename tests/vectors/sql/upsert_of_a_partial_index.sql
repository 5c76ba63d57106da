-- refused: not supported
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT (sku) WHERE title = 'b' DO NOTHING
