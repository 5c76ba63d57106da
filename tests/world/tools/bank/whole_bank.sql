SELECT account.id, account.email FROM account
