// name: appeals
// question: Which appeals were made against which decisions, the open ones and the oldest first?
// `state` is open, upheld (the decision stays) or granted (the account leaves its ring).
// param state: string = null
// column account_id: string
// column state: string
// column opened_at: datetime
// column days_open: integer
// column note: string
// column answer: string
// column closed_at: datetime
// column closed_by: string
// column verdict: string
// column decided_by: string
// column target: string
// column ring: string
// mode: read
MATCH (appeal:Appeal)-[:AGAINST]->(review:Review)
WHERE $state IS NULL OR appeal.state = $state
RETURN appeal.account_id AS account_id, appeal.state AS state, appeal.opened_at AS opened_at,
       duration.inDays(appeal.opened_at, coalesce(appeal.closed_at, datetime())).days AS days_open,
       appeal.note AS note, appeal.answer AS answer, appeal.closed_at AS closed_at,
       appeal.closed_by AS closed_by, review.verdict AS verdict, review.decided_by AS decided_by,
       review.target AS target, review.ring AS ring
ORDER BY state = 'open' DESC, opened_at, account_id
