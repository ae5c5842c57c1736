// name: ring-history
// question: What became of a ring, run by run: who joined, who left, what merged and what split?
// `event` is null in a run that found the ring again without a merger or split.
// param ring_id: string
// param unchanged: boolean = false
// column at: datetime
// column run: string
// column event: string
// column other_ring: string
// column overlap: float
// column size: integer
// column joined: integer
// column left: integer
// column score: float
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})
CALL (ring) {
  MATCH (run:Run)-[found:FOUND]->(ring)
  WHERE $unchanged OR found.joined > 0 OR found.left > 0
  RETURN run.started_at AS at, run.run_id AS run,
         CASE WHEN found.joined = found.size THEN 'found' END AS event,
         null AS other_ring, null AS overlap, found.size AS size, found.joined AS joined,
         found.left AS left, found.score AS score
  UNION ALL
  MATCH (ring)-[went:CONTINUES]->(other:Ring)
  OPTIONAL MATCH (run:Run {run_id: went.run})
  RETURN run.started_at AS at, went.run AS run,
         CASE went.kind WHEN 'merges' THEN 'took in' ELSE 'came from' END AS event,
         other.ring_id AS other_ring, went.overlap AS overlap, null AS size, null AS joined,
         null AS left, null AS score
  UNION ALL
  MATCH (ring)<-[went:CONTINUES]-(other:Ring)
  OPTIONAL MATCH (run:Run {run_id: went.run})
  RETURN run.started_at AS at, went.run AS run,
         CASE went.kind WHEN 'merges' THEN 'went into' ELSE 'left a part to' END AS event,
         other.ring_id AS other_ring, went.overlap AS overlap, null AS size, null AS joined,
         null AS left, null AS score
  UNION ALL
  WITH ring WHERE ring.state = 'retired'
  RETURN ring.retired_at AS at, null AS run, 'retired' AS event, null AS other_ring,
         null AS overlap, size(ring.last_members) AS size, null AS joined, null AS left,
         null AS score
}
RETURN at, run, event, other_ring, overlap, size, joined, left, score
ORDER BY at, event IS NULL, event, other_ring, run
