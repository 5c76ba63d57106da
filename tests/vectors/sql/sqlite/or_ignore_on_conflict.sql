-- refused: either
INSERT OR IGNORE INTO product (sku, title) VALUES ('a', 'b') ON CONFLICT (sku) DO NOTHING
