// name: changed-rings
// question: Which rings are new since a run, or have other members than they had then?
// A ring without recorded changes counts as changed by the run that wrote it.
// param since: string
// column ring_ids: list
// mode: read
// audience: internal
MATCH (since:Run {run_id: $since, state: 'done'})
RETURN COLLECT {
  MATCH (ring:Ring)
  WHERE EXISTS { (ring)<-[:MEMBER_OF]-() }
    AND EXISTS {
      MATCH (later:Run {state: 'done'})
      WHERE later.finished_at > since.finished_at
        AND (EXISTS {
               (later)-[found:FOUND]->(ring) WHERE found.joined > 0 OR found.left > 0
             }
             OR (later.run_id = ring.run AND NOT EXISTS { (:Run)-[:FOUND]->(ring) }))
    }
  RETURN ring.ring_id ORDER BY ring.ring_id
} AS ring_ids
