// name: ring-identifiers
// question: Which identifiers do at least two members of this ring share, and which members and outsiders use each?
// param ring_id: string
// param limit: integer = 200
// column label: string
// column identifier: string
// column members: list
// column outside: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[:{{ uses }}]->(identifier)
WITH identifier, account ORDER BY account.account_id
WITH identifier, collect(account.account_id) AS members
WHERE size(members) > 1
RETURN labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       members,
       COUNT {
         (identifier)<-[:{{ uses }}]-(other) WHERE NOT EXISTS { (other)-[:MEMBER_OF]->() }
       } AS outside
ORDER BY size(members) DESC, outside, label, identifier
LIMIT $limit
