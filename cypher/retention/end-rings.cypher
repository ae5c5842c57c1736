// name: end-rings
// question: Delete rings that were retired before a time and have no decision.
// SET locks the ring before the check, so that a decision made meanwhile is not overlooked.
// param before: integer
// mode: write
// audience: internal
MATCH (ring:Ring {state: 'retired'})
WHERE ring.retired_at.epochMillis < $before
SET ring.ring_id = ring.ring_id
WITH ring
WHERE NOT EXISTS { (ring)<-[:DECIDED]-() }
OPTIONAL MATCH (ring)<-[:ASSIGNED]-(assignment:Assignment)
DETACH DELETE ring, assignment
