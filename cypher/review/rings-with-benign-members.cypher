// name: rings-with-benign-members
// question: Which rings hold accounts that were decided to be benign?
// For an account the latest decision counts, about it or about a ring that held it then; of
// several about one ring only the last counts.
// param limit: integer = 50
// column ring_id: string
// column members: integer
// column benign: list
// mode: read
MATCH (review:Review)-[:DECIDED]->(target)
WHERE {{ stands:review }}
WITH target, review ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
WITH target, head(collect(review)) AS review
WHERE review.label IS NOT NULL
UNWIND CASE WHEN target:Account THEN [target.account_id] ELSE review.members END AS account_id
WITH account_id, review
ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
WITH account_id, head(collect(review)) AS review
WHERE review.label = 'benign'
MATCH (:Account {account_id: account_id})-[:MEMBER_OF]->(ring:Ring)
WITH ring, account_id ORDER BY account_id
RETURN ring.ring_id AS ring_id, COUNT { (ring)<-[:MEMBER_OF]-() } AS members,
       collect(account_id) AS benign
ORDER BY size(benign) DESC, ring_id
LIMIT $limit
