SELECT ticket.id, ticket.customer_id, ticket.order_id, ticket.opened, customer.name, ticket.subject, ticket.body
FROM ticket
JOIN customer ON customer.id = ticket.customer_id
WHERE ticket.id = :ticket_id
