MATCH (account:Account {account_id: $account_id})
RETURN account.status AS status
