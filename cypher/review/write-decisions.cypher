// name: write-decisions
// question: Write decisions. A decision is never changed; writing the same one twice writes one.
// A ring or account that does not exist yet is created, so that the decision applies when it is loaded.
// param rows: list
// audience: internal
// mode: write
UNWIND $rows AS row
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
