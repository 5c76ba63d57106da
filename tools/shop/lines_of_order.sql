SELECT order_line.order_id, order_line.sku, order_line.quantity, order_line.price
FROM order_line
WHERE order_line.order_id = :order_id
ORDER BY order_line.sku
