// name: accounts-with-one-email
// question: Which accounts were registered with exactly the same e-mail address?
// param limit: integer = 50
// column account_ids: list
// column accounts: integer
// mode: read
MATCH (account:Account)
WHERE account.email_hash IS NOT NULL
WITH account.email_hash AS email_hash, count(*) AS accounts
WHERE accounts > 1
WITH email_hash, accounts
ORDER BY accounts DESC, email_hash
LIMIT $limit
RETURN COLLECT { MATCH (one:Account {email_hash: email_hash})
                 RETURN one.account_id ORDER BY one.account_id } AS account_ids, accounts
ORDER BY accounts DESC, account_ids[0]
