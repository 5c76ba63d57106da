INSERT INTO refund (order_id, amount, requested_by) VALUES (:order_id, :amount, :staff)
RETURNING id, order_id, amount
