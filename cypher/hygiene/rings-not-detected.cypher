// name: rings-not-detected
// question: Which nodes (:Ring) were not written by a detection or a review?
// Lists, exports and reports leave them out. The next detection removes their members.
// param limit: integer = 50
// column ring_id: string
// column node: string
// column accounts: integer
// mode: read
MATCH (ring:Ring)
WHERE ring.run IS NULL AND ring.state IS NULL
RETURN toStringOrNull(ring.ring_id) AS ring_id, elementId(ring) AS node,
       COUNT { (ring)<-[:MEMBER_OF]-(:Account) } AS accounts
ORDER BY ring_id, node
LIMIT $limit
