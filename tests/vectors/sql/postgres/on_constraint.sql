-- refused: not supported
INSERT INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT ON CONSTRAINT product_pkey DO NOTHING
