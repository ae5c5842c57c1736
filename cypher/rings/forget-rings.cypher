// name: forget-rings
// question: Delete rings that were retired long ago and have no decision.
// SET locks the ring before the check, so that a decision made meanwhile is not overlooked.
// param retired_days: float
// audience: internal
// mode: write
MATCH (ring:Ring {state: 'retired'})
WHERE ring.retired_at < datetime() - duration({seconds: toInteger($retired_days * 86400)})
SET ring.ring_id = ring.ring_id
WITH ring
WHERE NOT EXISTS { (ring)<-[:DECIDED]-(:Review) }
OPTIONAL MATCH (ring)<-[:ASSIGNED]-(assignment:Assignment)
DETACH DELETE ring, assignment
