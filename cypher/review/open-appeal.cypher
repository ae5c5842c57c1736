// name: open-appeal
// question: Record that the holder of an account appeals against the decision about it.
// The decision is the latest about the account, or about a ring that held it.
// param account_id: string
// param appeal_id: string
// param note: string
// param at: integer
// column appeal_id: string
// column verdict: string
// column target: string
// mode: write
// audience: internal
MATCH (review:Review)
WHERE review.verdict IS NOT NULL
  AND (review.target = $account_id OR $account_id IN review.members)
WITH review ORDER BY review.decided_at DESC, review.review_id LIMIT 1
MERGE (appeal:Appeal {appeal_id: $appeal_id})
ON CREATE SET appeal.account_id = $account_id, appeal.state = 'open', appeal.note = $note,
              appeal.opened_at = datetime({epochMillis: $at})
MERGE (appeal)-[:AGAINST]->(review)
RETURN appeal.appeal_id AS appeal_id, review.verdict AS verdict, review.target AS target
