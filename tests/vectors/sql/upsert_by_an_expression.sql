-- refused: by their names
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT (lower(sku)) DO UPDATE SET title = 'x'
