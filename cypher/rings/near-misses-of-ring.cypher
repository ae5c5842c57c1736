// name: near-misses-of-ring
// question: Which accounts outside this ring use what its members share (near misses)?
// bits_to_members is what ties an account to the ring, if detection ran with --keep-links all and the
// evidence speaks for it on balance; else 0.
// param ring_id: string
// param at_least: integer = 2
// param at_most: integer = 100
// param limit: integer = 50
// column account_id: string
// column status: string
// column created_at: datetime
// column identifiers: integer
// column shared: list
// column bits_to_members: float
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(member:Account)
MATCH (member)-[:{{ independent_uses }}]->(identifier)
WITH ring, identifier, count(member) AS members
// What many use says little about anybody; a mail domain says nothing.
WHERE members > 1
  AND COUNT { (identifier)<-[:{{ independent_uses }}]-() } <= $at_most
MATCH (identifier)<-[:{{ independent_uses }}]-(account:Account)
WHERE NOT EXISTS { (account)-[:MEMBER_OF]->(ring) }
WITH ring, account,
     labels(identifier)[0] + ' ' +
     {{ key_of:identifier }} AS shared
ORDER BY shared
WITH ring, account, collect(shared) AS shared
WHERE size(shared) >= $at_least
CALL (ring, account) {
  OPTIONAL MATCH (account)-[link:LINKED {run: ring.run}]-(:Account)-[:MEMBER_OF]->(ring)
  RETURN toFloat(sum(link.weight)) AS bits_to_members
}
RETURN account.account_id AS account_id, account.status AS status,
       account.created_at AS created_at, size(shared) AS identifiers, shared,
       bits_to_members
ORDER BY bits_to_members DESC, identifiers DESC, account_id
LIMIT $limit
