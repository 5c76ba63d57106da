SELECT ticket.customer_id FROM ticket WHERE ticket.id = :ticket_id AND ticket.assignee = :staff
