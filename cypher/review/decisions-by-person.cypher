// name: decisions-by-person
// question: Who decided how often that an account is fraud or benign?
// param limit: integer = 50
// column decided_by: string
// column fraud: integer
// column benign: integer
// column last_decided_at: datetime
// mode: read
MATCH (review:Review)-[:DECIDED]->(:Account)
RETURN coalesce(review.decided_by, 'unknown') AS decided_by,
       count(CASE review.label WHEN 'fraud' THEN 1 END) AS fraud,
       count(CASE review.label WHEN 'benign' THEN 1 END) AS benign,
       max(review.decided_at) AS last_decided_at
ORDER BY fraud + benign DESC, decided_by
LIMIT $limit
