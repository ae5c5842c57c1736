// name: write-appeals
// question: Write appeals of another graph; one that is answered here stays as it is.
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (review:Review {review_id: row.review_id})
MERGE (appeal:Appeal {appeal_id: row.appeal_id})
MERGE (appeal)-[:AGAINST]->(review)
WITH appeal, row
WHERE appeal.state IS NULL OR appeal.state = 'open'
SET appeal.account_id = row.account_id, appeal.state = row.state, appeal.note = row.note,
    appeal.opened_at = datetime(row.opened_at), appeal.answer = row.answer,
    appeal.closed_at = datetime(row.closed_at), appeal.closed_by = row.closed_by
