// name: appeals-of-decisions
// question: Which appeals were made against each decision, as `review import` takes them?
// column review_id: string
// column appeals: list
// mode: read
// audience: internal
MATCH (appeal:Appeal)-[:AGAINST]->(review:Review)
WITH review.review_id AS review_id, appeal ORDER BY appeal.opened_at, appeal.appeal_id
RETURN review_id, collect({
  appeal_id: appeal.appeal_id, account_id: appeal.account_id, state: appeal.state,
  note: appeal.note, opened_at: toString(appeal.opened_at), answer: appeal.answer,
  closed_at: toString(appeal.closed_at), closed_by: appeal.closed_by
}) AS appeals
ORDER BY review_id
