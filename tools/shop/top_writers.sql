SELECT customer.email AS writer, COUNT(DISTINCT ticket.id) AS tickets
FROM ticket
JOIN customer ON customer.id = ticket.customer_id
WHERE customer.country = :country
    AND (SELECT COUNT(DISTINCT crowd.id) FROM customer AS crowd WHERE crowd.country = :country) >= 5
GROUP BY customer.id, customer.email
ORDER BY tickets DESC, customer.id
