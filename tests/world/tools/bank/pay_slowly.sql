INSERT INTO payment (idem, account_id, amount)
SELECT :idem, :account_id, :amount
WHERE (SELECT COUNT(*) FROM tick AS a, tick AS b, tick AS c, tick AS d, tick AS e) > 0
