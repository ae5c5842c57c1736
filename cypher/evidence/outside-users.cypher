// name: outside-users
// question: How many accounts outside the ring use its identifiers?
// A failed payment is an attempt that anybody can make; it does not count as a use.
// param ring_id: string
// column label: string
// column identifier: string
// column members: integer
// column outside: integer
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[use:{{ uses }}]->(identifier)
WHERE coalesce(use.events, 1) > coalesce(use.failed, 0)
WITH identifier, count(account) AS members
WHERE members > 1
RETURN labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       members,
       COUNT {
         (identifier)<-[:{{ uses }}]-()
       } - COUNT {
         (identifier)<-[tried:{{ payment_uses }}]-() WHERE tried.failed >= coalesce(tried.events, 1)
       } - members AS outside
ORDER BY members DESC, outside, label, identifier
