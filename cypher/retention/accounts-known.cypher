// name: accounts-known
// question: How many of these accounts are there?
// param accounts: list
// column number: integer
// mode: read
// audience: internal
MATCH (account:Account)
WHERE account.account_id IN $accounts
RETURN count(account) AS number
