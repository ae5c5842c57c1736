// name: accounts-not-described
// question: Which accounts appear in logs but in no accounts table yet?
// param limit: integer = 50
// column account_id: string
// column relationships: integer
// mode: read
MATCH (account:Account)
WHERE account.created_at IS NULL AND account.status IS NULL
RETURN account.account_id AS account_id, COUNT { (account)--() } AS relationships
ORDER BY relationships DESC, account_id
LIMIT $limit
