-- refused: not a listed column
INSERT INTO customer (id) VALUES (1) ON CONFLICT (secret) DO NOTHING
