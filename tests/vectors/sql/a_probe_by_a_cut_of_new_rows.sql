-- refused: could guess `customer.email`
INSERT INTO order_line (order_id, sku, qty) SELECT id, 'x', 1 FROM customer ORDER BY email LIMIT :guess
