// name: write-assignments
// question: Give rings to somebody, or back; all of them, or none where one has changed meanwhile.
// An assignment is never changed: the latest one counts. `expected` of a row is the assignment_id that its sender
// saw last ('' for none), or null. SET comes first because it locks the ring.
// param rows: list
// column missing: list
// column stale: list
// mode: write
// audience: internal
UNWIND $rows AS row
OPTIONAL MATCH (ring:Ring {ring_id: row.ring_id})
SET ring.ring_id = row.ring_id
WITH row, ring, head(COLLECT {
  MATCH (ring)<-[:ASSIGNED]-(last:Assignment)
  RETURN last.assignment_id ORDER BY last.at DESC, last.assignment_id
}) AS last
WITH collect(row) AS rows,
     collect(CASE WHEN ring IS NULL THEN row.ring_id END) AS missing,
     collect(CASE WHEN row.expected <> coalesce(last, '') THEN row.ring_id END) AS stale
CALL (rows, missing, stale) {
  UNWIND CASE WHEN size(missing) + size(stale) = 0 THEN rows ELSE [] END AS row
  MATCH (ring:Ring {ring_id: row.ring_id})
  MERGE (assignment:Assignment {assignment_id: row.assignment_id})
  SET assignment.owner = row.owner, assignment.note = row.note, assignment.by = row.by,
      assignment.at = datetime({epochMillis: row.at})
  MERGE (assignment)-[:ASSIGNED]->(ring)
}
RETURN missing, stale
