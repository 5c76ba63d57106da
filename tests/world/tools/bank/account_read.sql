SELECT account.id, account.owner, account.email, account.phone, account.card, account.diary
FROM account
WHERE account.id = :account_id
