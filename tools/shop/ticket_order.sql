SELECT ticket.order_id FROM ticket WHERE ticket.id = :ticket_id AND ticket.assignee = :staff
