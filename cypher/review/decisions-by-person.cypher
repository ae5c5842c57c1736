// name: decisions-by-person
// question: How many accounts did each person decide to be fraud or benign?
// The latest decision of each person about an account counts, or about a ring that held it then.
// param limit: integer = 50
// column decided_by: string
// column fraud: integer
// column benign: integer
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
RETURN who AS decided_by,
       count(CASE review.label WHEN 'fraud' THEN 1 END) AS fraud,
       count(CASE review.label WHEN 'benign' THEN 1 END) AS benign,
       max(review.decided_at) AS last_decided_at
ORDER BY fraud + benign DESC, decided_by
LIMIT $limit
