// name: rings-to-end
// question: How many rings were retired before a time and have no decision?
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (ring:Ring {state: 'retired'})
WHERE ring.retired_at.epochMillis < $before AND NOT EXISTS { (ring)<-[:DECIDED]-() }
RETURN count(ring) AS number
