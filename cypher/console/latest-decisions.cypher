// name: latest-decisions
// question: What was decided last about each of these rings and accounts?
// param targets: list
// column target: string
// column target_kind: string
// column verdict: string
// column decided_by: string
// column decided_at: datetime
// column note: string
// column review_id: string
// mode: read
// audience: internal
UNWIND $targets AS name
CALL (name) {
  MATCH (:Ring {ring_id: name})<-[:DECIDED]-(review:Review)
  RETURN review
  UNION
  MATCH (:Account {account_id: name})<-[:DECIDED]-(review:Review)
  RETURN review
}
WITH name, review WHERE review.verdict IS NOT NULL
WITH name, review ORDER BY review.decided_at DESC, review.review_id
WITH name, review.target_kind AS target_kind, head(collect(review)) AS review
RETURN name AS target, target_kind, review.verdict AS verdict, review.decided_by AS decided_by,
       review.decided_at AS decided_at, review.note AS note, review.review_id AS review_id
ORDER BY target, target_kind
