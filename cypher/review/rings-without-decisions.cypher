// name: rings-without-decisions
// question: Which rings have no decision, the strongest first?
// None of their members has one either, by itself or by a ring that held it then. A decision that was withdrawn
// is none.
// param limit: integer = 50
// column ring_id: string
// column score: float
// column size: integer
// column families: list
// mode: read
CALL () {
  MATCH (review:Review)-[:DECIDED]->(target)
  WHERE {{ stands:review }}
  WITH target, review ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
  WITH target, head(collect(review)) AS review
  WITH collect(target.ring_id) AS rings, collect(
    CASE WHEN target:Account THEN [target.account_id] ELSE review.members END) AS members
  RETURN rings, reduce(all = [], some IN members | all + some) AS decided
}
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, rings, decided, collect(account.account_id) AS members
WHERE NOT ring.ring_id IN rings
  AND none(account_id IN members WHERE account_id IN decided)
RETURN ring.ring_id AS ring_id, ring.score AS score, ring.size AS size, ring.families AS families
ORDER BY score DESC, ring_id
LIMIT $limit
