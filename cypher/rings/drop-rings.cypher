// name: drop-rings
// question: Which rings are no longer found? They go, with their memberships.
// param keep: list
// mode: write
// audience: internal
MATCH (ring:Ring)
OPTIONAL MATCH (ring)<-[member:MEMBER_OF]-()
DELETE member
WITH DISTINCT ring
WHERE NOT ring.ring_id IN $keep
DETACH DELETE ring
