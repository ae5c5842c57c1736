// name: number-of-accounts
// question: How many accounts are there?
// The store's counts tell, so the size of the graph costs nothing.
// column accounts: integer
// mode: read
// audience: internal
MATCH (account:Account)
RETURN count(account) AS accounts
