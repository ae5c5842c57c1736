// name: families-in-graph
// question: How many accounts show each family of evidence at all?
// column family: string
// column accounts: integer
// mode: read
CALL () {
  MATCH (account:Account) WHERE EXISTS { (account)-[:USED_IP]->() }
  RETURN 'network' AS family, count(account) AS accounts
  UNION ALL
  MATCH (account:Account) WHERE EXISTS { (account)-[:PAID_WITH]->() }
     OR EXISTS { (account)-[:CONTACTED {kind: 'transferred'}]-() }
  RETURN 'payment' AS family, count(account) AS accounts
  UNION ALL
  MATCH (account:Account) WHERE EXISTS { (account)-[:USED_DEVICE]->() }
  RETURN 'device' AS family, count(account) AS accounts
  UNION ALL
  MATCH (account:Account) WHERE EXISTS { (account)-[:SENT]->() }
  RETURN 'prompt' AS family, count(account) AS accounts
  UNION ALL
  MATCH (account:Account) WHERE EXISTS { (account)-[:REGISTERED_WITH]->() }
  RETURN 'registration' AS family, count(account) AS accounts
  UNION ALL
  MATCH (account:Account) WHERE account.created_at IS NOT NULL
  RETURN 'timing' AS family, count(account) AS accounts
}
RETURN family, accounts
ORDER BY family
