-- refused: as many values
INSERT INTO product (sku, title) VALUES ('a', 'b'), ('c')
