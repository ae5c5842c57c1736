// name: fraud-outside-rings
// question: Which accounts that somebody decided are fraud does no ring hold?
// param limit: integer = 50
// column account_id: string
// column decided_at: datetime
// column decided_by: string
// mode: read
MATCH (account:Account)<-[:DECIDED]-(review:Review {label: 'fraud'})
WHERE NOT EXISTS { (account)-[:MEMBER_OF]->(:Ring) }
RETURN account.account_id AS account_id, max(review.decided_at) AS decided_at,
       min(review.decided_by) AS decided_by
ORDER BY decided_at IS NULL, decided_at DESC, account_id
LIMIT $limit
