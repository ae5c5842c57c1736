// name: find-by-beginning
// question: Which rings and accounts have a name that begins with this?
// param text: string
// param limit: integer = 20
// column kind: string
// column key: string
// column accounts: integer
// column rings: list
// column status: string
// mode: read
// audience: internal
CALL () {
  MATCH (ring:Ring) WHERE ring.ring_id STARTS WITH $text
  RETURN 'Ring' AS kind, ring.ring_id AS key, ring.size AS accounts, [] AS rings,
         ring.state AS status
  ORDER BY key LIMIT $limit
  UNION ALL
  MATCH (account:Account) WHERE account.account_id STARTS WITH $text
  WITH account ORDER BY account.account_id LIMIT $limit
  RETURN 'Account' AS kind, account.account_id AS key, null AS accounts, COLLECT {
    MATCH (account)-[:MEMBER_OF]->(ring:Ring) RETURN ring.ring_id ORDER BY ring.ring_id
  } AS rings, account.status AS status
}
RETURN kind, key, accounts, rings, status
ORDER BY kind, key
LIMIT $limit
