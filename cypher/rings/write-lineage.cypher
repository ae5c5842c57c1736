// name: write-lineage
// question: Write what this run found of each ring, and which rings took over members of others.
// param run: string
// param found: list
// param continuations: list
// audience: internal
// mode: write
MATCH (run:Run {run_id: $run})
CALL (run) {
  UNWIND $found AS row
  MATCH (ring:Ring {ring_id: row.ring_id})
  MERGE (run)-[found:FOUND]->(ring)
  SET found.size = row.size, found.score = row.score, found.joined = row.joined,
      found.left = row.left
}
CALL (run) {
  UNWIND $continuations AS row
  MATCH (later:Ring {ring_id: row.ring_id})
  MATCH (earlier:Ring {ring_id: row.earlier_id})
  // Of each run its own: what two rings did in an earlier run stays.
  MERGE (later)-[continues:CONTINUES {run: run.run_id}]->(earlier)
  SET continues.kind = row.kind, continues.overlap = row.overlap
}
