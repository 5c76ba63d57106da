SELECT
    customer.country,
    COUNT(DISTINCT customer.id) AS buyers,
    SUM(order_line.quantity) AS sold,
    ROUND(SUM(order_line.quantity * order_line.price), 2) AS revenue
FROM order_line
JOIN orders ON orders.id = order_line.order_id
JOIN customer ON customer.id = orders.customer_id
WHERE order_line.sku = :sku AND SUBSTR(orders.placed, 1, 7) = :month
GROUP BY customer.country
HAVING COUNT(DISTINCT customer.id) >= 5
ORDER BY revenue DESC
