-- refused: without an alias | not SQL
INSERT INTO product AS p (sku, title) VALUES ('a', 'b') ON CONFLICT (sku) DO UPDATE SET title = p.title
