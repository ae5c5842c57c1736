// name: rings-by-decisions
// question: How do the rings agree with what was decided: fraud, benign, undecided members?
// param limit: integer = 50
// column ring_id: string
// column score: float
// column members: integer
// column fraud: integer
// column benign: integer
// column undecided: integer
// mode: read
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, account,
     EXISTS { (account)<-[:DECIDED]-(:Review {label: 'fraud'}) } AS fraud,
     EXISTS { (account)<-[:DECIDED]-(:Review {label: 'benign'}) } AS benign
RETURN ring.ring_id AS ring_id, ring.score AS score, count(account) AS members,
       count(CASE WHEN fraud THEN 1 END) AS fraud, count(CASE WHEN benign THEN 1 END) AS benign,
       count(CASE WHEN NOT fraud AND NOT benign THEN 1 END) AS undecided
ORDER BY score DESC, ring_id
LIMIT $limit
