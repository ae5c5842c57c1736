// name: accounts-with-one-email
// question: Which accounts were registered with the very same e-mail address?
// param limit: integer = 50
// column account_ids: list
// column accounts: integer
// mode: read
MATCH (account:Account)
WHERE account.email_hash IS NOT NULL
WITH account ORDER BY account.account_id
WITH account.email_hash AS email_hash, collect(account.account_id) AS account_ids
WHERE size(account_ids) > 1
RETURN account_ids, size(account_ids) AS accounts
ORDER BY accounts DESC, account_ids[0]
LIMIT $limit
