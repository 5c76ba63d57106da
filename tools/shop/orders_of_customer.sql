SELECT orders.id, orders.placed, orders.status, orders.total, orders.card, customer.name, customer.email, customer.phone
FROM orders
JOIN customer ON customer.id = orders.customer_id
WHERE orders.customer_id = :customer_id
ORDER BY orders.placed DESC, orders.id DESC
