-- refused: not SQL | not supported
INSERT INTO product (sku, title) OVERRIDING SYSTEM VALUE VALUES ('a', 'b')
