// name: ring-memberships
// question: Which account is in which ring?
// column account_id: string
// column ring_id: string
// mode: read
// audience: internal
MATCH (account:Account)-[:MEMBER_OF]->(ring:Ring)
RETURN account.account_id AS account_id, ring.ring_id AS ring_id
ORDER BY account_id, ring_id
