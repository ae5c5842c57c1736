// name: list-rings
// question: Which rings stand, the strongest first?
// A family that gives a ring less than $least_part of its bits is left out: a chance find.
// param limit: integer = 50
// param least_part: float = 0.01
// column ring_id: string
// column size: integer
// column score: float
// column families: list
// column single_family: boolean
// column links: integer
// column opened_first: datetime
// column opened_last: datetime
// column run: string
// mode: read
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, min(account.created_at) AS opened_first, max(account.created_at) AS opened_last
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score,
       [n IN range(0, size(ring.families) - 1) WHERE ring.family_bits[n] >= ring.score * $least_part
        | ring.families[n]] AS families,
       ring.single_family AS single_family, ring.links AS links, opened_first, opened_last,
       ring.run AS run
ORDER BY score DESC, ring_id
LIMIT $limit
