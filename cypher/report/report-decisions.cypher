// name: report-decisions
// question: What have people decided about each of these rings and their members, the latest first?
// `label` is the verdict of a review, or the label of a loaded decision.
// param ring_ids: list
// column ring_id: string
// column account_id: string
// column label: string
// column decided_at: datetime
// column decided_by: string
// column note: string
// audience: internal
// mode: read
UNWIND $ring_ids AS ring_id
MATCH (ring:Ring {ring_id: ring_id})
CALL (ring) {
  MATCH (ring)<-[:DECIDED]-(review:Review)
  RETURN review, null AS account_id
  UNION
  MATCH (ring)<-[:MEMBER_OF]-(account:Account)<-[:DECIDED]-(review:Review)
  RETURN review, account.account_id AS account_id
}
RETURN ring_id, account_id,
       coalesce(properties(review)['verdict'], review.label) AS label, review.decided_at AS decided_at,
       review.decided_by AS decided_by, properties(review)['note'] AS note
ORDER BY ring_id, account_id IS NOT NULL, decided_at DESC, account_id, review.review_id
