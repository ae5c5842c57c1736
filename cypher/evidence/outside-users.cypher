// name: outside-users
// question: How many accounts of no ring use its identifiers?
// Members of other rings are not outsiders. A failed payment is an attempt that anybody can make; it
// does not count as a use, nor does one that the owner of the card disputes.
// param ring_id: string
// column label: string
// column identifier: string
// column members: integer
// column outside: integer
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[use:{{ uses }}]->(identifier)
WHERE coalesce(use.events, 1) > coalesce(use.failed, 0) + coalesce(use.disputed, 0)
WITH identifier, count(account) AS members
WHERE members > 1
RETURN labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       members,
       COUNT {
         (identifier)<-[theirs:{{ uses }}]-(other)
         WHERE NOT EXISTS { (other)-[:MEMBER_OF]->() }
           AND coalesce(theirs.events, 1) > coalesce(theirs.failed, 0) + coalesce(theirs.disputed, 0)
       } AS outside
ORDER BY members DESC, outside, label, identifier
