// name: links-of-account
// question: Which accounts is this account linked to, by how much and what, and in which ring are they?
// param account_id: string
// param limit: integer = 50
// column other_account_id: string
// column bits: float
// column families: list
// column evidence: list
// column rings: list
// mode: read
MATCH (:Account {account_id: $account_id})-[link:LINKED]-(other:Account)
RETURN other.account_id AS other_account_id, link.weight AS bits, link.families AS families,
       link.evidence AS evidence,
       COLLECT { MATCH (other)-[:MEMBER_OF]->(ring:Ring)
                 RETURN ring.ring_id ORDER BY ring.ring_id } AS rings
ORDER BY bits DESC, other_account_id
LIMIT $limit
