// name: account-ids
// question: What are the ids of all accounts?
// column account_id: string
// mode: read
// audience: internal
MATCH (account:Account)
RETURN account.account_id AS account_id
