// name: write-decisions
// question: Write decisions; all of them, or none where one has been decided on meanwhile.
// A decision is never changed; writing the same one twice writes one. A ring or account that does not exist yet is
// created, so that the decision applies when it is loaded. `expected` of a row is the review_id that its sender saw
// last ('' for none), or null. SET comes first because it locks what is decided on.
// param rows: list
// column stale: list
// audience: internal
// mode: write
UNWIND $rows AS row
OPTIONAL MATCH (ring:Ring {ring_id: row.target}) WHERE row.target_kind = 'ring'
OPTIONAL MATCH (account:Account {account_id: row.target}) WHERE row.target_kind = 'account'
SET ring.ring_id = row.target, account.account_id = row.target
WITH row, coalesce(ring, account) AS thing
WITH row, head(COLLECT {
  MATCH (thing)<-[:DECIDED]-(last:Review) WHERE last.verdict IS NOT NULL
  RETURN last.review_id ORDER BY last.decided_at DESC, last.review_id
}) AS last
WITH collect(row) AS rows,
     collect(CASE WHEN row.expected <> coalesce(last, '') THEN row.target END) AS stale
CALL (rows, stale) {
  UNWIND CASE WHEN size(stale) = 0 THEN rows ELSE [] END AS row
  MERGE (review:Review {review_id: row.review_id})
  SET review.verdict = row.verdict, review.target = row.target,
      review.target_kind = row.target_kind, review.label = row.label, review.ring = row.ring_id,
      review.note = row.note, review.decided_by = row.decided_by,
      review.decided_at = datetime({epochMillis: row.decided_at}), review.members = row.members,
      review.evidence = row.evidence
  FOREACH (ring_id IN CASE WHEN row.target_kind = 'ring' THEN [row.target] ELSE [] END |
    MERGE (ring:Ring {ring_id: ring_id})
    ON CREATE SET ring.state = 'retired', ring.retired_at = datetime(),
                  ring.last_members = row.members
    MERGE (review)-[:DECIDED]->(ring))
  FOREACH (account_id IN CASE WHEN row.target_kind = 'account' THEN [row.target] ELSE [] END |
    MERGE (account:Account {account_id: account_id})
    MERGE (review)-[:DECIDED]->(account))
}
RETURN stale
