// name: fraud-outside-rings
// question: Which accounts that were decided to be fraud are in no ring?
// For an account the latest decision counts, about it or about a ring that held it then; of
// several about one ring only the last counts.
// param limit: integer = 50
// column account_id: string
// column decided_at: datetime
// column decided_by: string
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
WHERE review.label = 'fraud'
MATCH (account:Account {account_id: account_id})
WHERE NOT EXISTS { (account)-[:MEMBER_OF]->(:Ring) }
RETURN account_id, review.decided_at AS decided_at, review.decided_by AS decided_by
ORDER BY decided_at IS NULL, decided_at DESC, account_id
LIMIT $limit
