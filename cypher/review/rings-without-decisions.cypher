// name: rings-without-decisions
// question: Which rings has nobody decided anything about, the strongest first?
// param limit: integer = 50
// column ring_id: string
// column score: float
// column size: integer
// column families: list
// mode: read
MATCH (ring:Ring)
WHERE NOT EXISTS { (ring)<-[:MEMBER_OF]-(:Account)<-[:DECIDED]-(:Review) }
  AND NOT EXISTS { (ring)<-[:DECIDED]-(:Review) }
RETURN ring.ring_id AS ring_id, ring.score AS score, ring.size AS size, ring.families AS families
ORDER BY score DESC, ring_id
LIMIT $limit
