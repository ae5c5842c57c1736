// name: contradicting-decisions
// question: About which accounts do people disagree?
// The latest decision of each person about the account counts, or about a ring that held it then:
// a person who changes a decision does not contradict it.
// param limit: integer = 50
// column account_id: string
// column fraud_by: list
// column benign_by: list
// column last_decided_at: datetime
// mode: read
MATCH (review:Review)-[:DECIDED]->(target)
WHERE {{ stands:review }}
WITH target, coalesce(review.decided_by, 'unknown') AS who, review
ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
WITH target, who, head(collect(review)) AS review
WHERE review.label IS NOT NULL
UNWIND CASE WHEN target:Account THEN [target.account_id] ELSE review.members END AS account_id
WITH account_id, who, review
ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
WITH account_id, who, head(collect(review)) AS review
WITH account_id, review, who ORDER BY who
WITH account_id, collect(CASE review.label WHEN 'fraud' THEN who END) AS fraud_by,
     collect(CASE review.label WHEN 'benign' THEN who END) AS benign_by,
     max(review.decided_at) AS last_decided_at
WHERE size(fraud_by) > 0 AND size(benign_by) > 0
RETURN account_id, fraud_by, benign_by, last_decided_at
ORDER BY account_id
LIMIT $limit
