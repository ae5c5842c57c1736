// name: rings-by-decisions
// question: How do the rings agree with what was decided: fraud, benign, undecided members?
// For an account the latest decision counts, about it or about a ring that held it then; of
// several about one ring only the last counts.
// param limit: integer = 50
// column ring_id: string
// column score: float
// column members: integer
// column fraud: integer
// column benign: integer
// column undecided: integer
// mode: read
CALL () {
  MATCH (review:Review)-[:DECIDED]->(target)
  WHERE {{ stands:review }}
  WITH target, review ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
  WITH target, head(collect(review)) AS review
  WHERE review.label IS NOT NULL
  UNWIND CASE WHEN target:Account THEN [target.account_id] ELSE review.members END AS account_id
  WITH account_id, review
  ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
  WITH account_id, head(collect(review)) AS review
  RETURN collect(CASE review.label WHEN 'fraud' THEN account_id END) AS fraud_ids,
         collect(CASE review.label WHEN 'benign' THEN account_id END) AS benign_ids
}
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, account.account_id IN fraud_ids AS fraud, account.account_id IN benign_ids AS benign
RETURN ring.ring_id AS ring_id, ring.score AS score, count(*) AS members,
       count(CASE WHEN fraud THEN 1 END) AS fraud, count(CASE WHEN benign THEN 1 END) AS benign,
       count(CASE WHEN NOT fraud AND NOT benign THEN 1 END) AS undecided
ORDER BY score DESC, ring_id
LIMIT $limit
