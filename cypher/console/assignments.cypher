// name: assignments
// question: Who works on which ring now, or who has worked on one ring, the latest first?
// param ring_id: string = null
// column ring_id: string
// column owner: string
// column at: datetime
// column by: string
// column note: string
// column assignment_id: string
// mode: read
// audience: internal
MATCH (ring:Ring)<-[:ASSIGNED]-(assignment:Assignment)
WHERE $ring_id IS NULL OR ring.ring_id = $ring_id
WITH ring, assignment ORDER BY assignment.at DESC, assignment.assignment_id
WITH ring, collect(assignment) AS all
UNWIND CASE WHEN $ring_id IS NULL THEN all[..1] ELSE all END AS assignment
RETURN ring.ring_id AS ring_id, assignment.owner AS owner, assignment.at AS at,
       assignment.by AS by, assignment.note AS note, assignment.assignment_id AS assignment_id
ORDER BY ring_id, at DESC, assignment_id
