// name: newcomers
// question: Which accounts that were opened after a time, and are in no ring, have used what a ring lives on?
// The latest first. The check says how near they are.
// param after: datetime
// param limit: integer = 1000
// column account_id: string
// column created_at: datetime
// mode: read
// audience: internal
CALL () {
  MATCH (run:Run {state: 'done'})
  RETURN run.run_id AS run_id ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
}
MATCH (account:Account)
WHERE account.created_at > $after AND NOT EXISTS { (account)-[:MEMBER_OF]->(:Ring) }
  AND EXISTS { (account)-[:{{ uses }}]->()<-[:LIVES_ON {run: run_id}]-(:Footprint) }
RETURN account.account_id AS account_id, account.created_at AS created_at
ORDER BY created_at DESC, account_id
LIMIT $limit
