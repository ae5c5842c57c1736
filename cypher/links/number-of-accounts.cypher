// name: number-of-accounts
// question: How many accounts are there?
// It is answered from the count store, at the same cost for any size of the graph.
// column accounts: integer
// mode: read
// audience: internal
MATCH (account:Account)
RETURN count(account) AS accounts
