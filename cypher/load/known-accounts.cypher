// name: known-accounts
// question: Which of these accounts are in the graph?
// param account_ids: list
// column account_id: string
// mode: read
// audience: internal
UNWIND $account_ids AS account_id
MATCH (account:Account {account_id: account_id})
RETURN account.account_id AS account_id
ORDER BY account_id
