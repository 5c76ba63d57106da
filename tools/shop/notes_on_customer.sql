SELECT note.id, note.written, note.body
FROM note
WHERE note.customer_id = :customer_id
ORDER BY note.written DESC, note.id DESC
