-- refused: unknown column
INSERT INTO customer (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = customer.secret
