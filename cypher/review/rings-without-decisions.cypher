// name: rings-without-decisions
// question: Which rings have no decision, the strongest first?
// None of their members has one either, by itself or by a ring that held it then.
// param limit: integer = 50
// column ring_id: string
// column score: float
// column size: integer
// column families: list
// mode: read
CALL () {
  MATCH (review:Review)-[:DECIDED]->(target)
  UNWIND CASE WHEN target:Account THEN [target.account_id] ELSE review.members END AS account_id
  RETURN collect(DISTINCT account_id) AS decided
}
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, decided, collect(account.account_id) AS members
WHERE NOT EXISTS { (ring)<-[:DECIDED]-(:Review) }
  AND none(account_id IN members WHERE account_id IN decided)
RETURN ring.ring_id AS ring_id, ring.score AS score, ring.size AS size, ring.families AS families
ORDER BY score DESC, ring_id
LIMIT $limit
