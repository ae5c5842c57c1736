// name: effect-of-pin
// question: Which rings does an identifier tie, with how many bits, and which members nothing else ties?
// param label: string
// param key: string
// column ring_id: string
// column size: integer
// column score: float
// column bits: float
// column members: integer
// column tied_by_it_alone: integer
// mode: read
// audience: internal
CALL () {
  {{ named:found:$key }}
}
WITH found WHERE labels(found)[0] = $label
MATCH (found)<-[:{{ uses }}]-(:Account)-[:MEMBER_OF]->(ring:Ring)
WITH DISTINCT ring, '|' + $label + '|' + $key AS ending
MATCH (ring)<-[:MEMBER_OF]-(member:Account)
CALL (ring, member, ending) {
  MATCH (member)-[link:LINKED {run: ring.run}]-(:Account)-[:MEMBER_OF]->(ring)
  RETURN toFloat(sum(link.weight)) AS all, toFloat(sum(reduce(bits = 0.0,
    n IN range(0, size(link.evidence) - 1) |
    bits + CASE WHEN link.evidence[n] ENDS WITH ending THEN link.evidence_bits[n] ELSE 0.0 END)))
    AS mine
}
WITH ring, sum(mine) / 2 AS bits, sum(CASE WHEN mine > 0 THEN 1 ELSE 0 END) AS members,
     sum(CASE WHEN mine > 0 AND all - mine < 0.01 THEN 1 ELSE 0 END) AS alone
WHERE members > 0
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score, bits, members,
       alone AS tied_by_it_alone
ORDER BY bits DESC, ring_id
