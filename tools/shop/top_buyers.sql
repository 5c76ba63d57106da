SELECT customer.email AS buyer, COUNT(DISTINCT orders.id) AS orders
FROM orders
JOIN customer ON customer.id = orders.customer_id
WHERE customer.country = :country
    AND (SELECT COUNT(DISTINCT crowd.id) FROM customer AS crowd WHERE crowd.country = :country) >= 5
GROUP BY customer.id, customer.email
ORDER BY COUNT(*) DESC, customer.id
