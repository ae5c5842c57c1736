// name: identifiers-of-banned-accounts
// question: Which identifiers do banned accounts share with accounts that are not banned?
// param status: string = banned
// param at_most: integer = 1000
// param limit: integer = 50
// column kind: string
// column identifier: string
// column banned: integer
// column others: integer
// mode: read
MATCH (banned:Account {status: $status})-[:{{ uses }}]->(identifier)
WITH identifier, count(banned) AS banned,
     COUNT { (identifier)<-[:{{ uses }}]-() } AS accounts
WHERE accounts > banned AND accounts <= $at_most
RETURN labels(identifier)[0] AS kind,
       {{ key_of:identifier }} AS identifier,
       banned, accounts - banned AS others
ORDER BY banned DESC, others, kind, identifier
LIMIT $limit
