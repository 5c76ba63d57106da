-- refused: SET column = value
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT (sku) DO UPDATE SET (sku, title) = ('x', 'y')
