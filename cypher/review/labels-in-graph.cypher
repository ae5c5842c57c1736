// name: labels-in-graph
// question: Which accounts are known to be fraud or benign, from loaded labels and from decisions?
// A decision about a ring is one about each account that was in it then.
// column account_id: string
// column label: string
// column ring_id: string
// column campaign: string
// column decided_at: datetime
// column decided_by: string
// audience: internal
// mode: read
MATCH (review:Review)
WHERE review.label IS NOT NULL AND {{ stands:review }}
CALL (review) {
  WITH review WHERE review.target_kind = 'ring'
  UNWIND review.members AS account_id
  RETURN account_id
  UNION
  MATCH (review)-[:DECIDED]->(account:Account)
  RETURN account.account_id AS account_id
}
RETURN account_id, review.label AS label, review.ring AS ring_id, review.campaign AS campaign,
       review.decided_at AS decided_at, review.decided_by AS decided_by
ORDER BY account_id, decided_at, decided_by, label
