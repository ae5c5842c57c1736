// name: shared-by-two-rings
// question: What do members of both rings use, with how many users in each and outside?
// param one: string
// param other: string
// param limit: integer = 200
// column label: string
// column key: string
// column in_one: integer
// column in_other: integer
// column outside: integer
// mode: read
// audience: internal
MATCH (:Ring {ring_id: $one})<-[:MEMBER_OF]-(mine:Account)-[:{{ uses }}]->(found)
WITH found, count(DISTINCT mine) AS in_one
MATCH (found)<-[:{{ uses }}]-(theirs:Account)-[:MEMBER_OF]->(:Ring {ring_id: $other})
WITH found, in_one, count(DISTINCT theirs) AS in_other
RETURN labels(found)[0] AS label, {{ key_of:found }} AS key, in_one, in_other,
       COUNT { (found)<-[:{{ uses }}]-() } - in_one - in_other AS outside
ORDER BY in_one + in_other DESC, label, key
LIMIT $limit
