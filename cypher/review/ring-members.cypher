// name: ring-members
// question: Which accounts are in which ring, with the evidence that ties each to it?
// A family that gives a ring less than $least_part of its bits is left out, because it may be chance.
// param ring_id: string = null
// param least_part: float = 0.01
// column ring_id: string
// column account_id: string
// column score: float
// column ring_score: float
// column ring_size: integer
// column families: list
// column status: string
// column created_at: datetime
// column run: string
// mode: read
MATCH (account:Account)-[member:MEMBER_OF]->(ring:Ring)
WHERE $ring_id IS NULL OR ring.ring_id = $ring_id
RETURN ring.ring_id AS ring_id, account.account_id AS account_id, member.score AS score,
       ring.score AS ring_score, ring.size AS ring_size,
       [n IN range(0, size(ring.families) - 1) WHERE ring.family_bits[n] >= ring.score * $least_part
        | ring.families[n]] AS families,
       account.status AS status, account.created_at AS created_at, member.run AS run
ORDER BY ring_score DESC, ring_id, score DESC, account_id
