// name: end-accounts
// question: Delete accounts without uses that were opened before a time; their rings note it.
// An account that a person decided on stays. One without any time is taken for old if nothing but
// its id is known: its uses have ended.
// param before: integer
// param why: string
// param rows: integer = 1000
// mode: write
// audience: internal
MATCH (account:Account)
WHERE NOT EXISTS { (account)-[:{{ timed_uses }}|REQUESTED]->() }
  AND NOT EXISTS { (account)-[:CONTACTED]-() }
  AND NOT EXISTS { (account)<-[:DECIDED]-() }
  AND CASE
    WHEN account.created_at IS NULL AND account.status_at IS NULL
      THEN size(keys(account)) = 1
    ELSE coalesce(account.created_at.epochMillis, 0) < $before
      AND coalesce(account.status_at.epochMillis, 0) < $before
  END
CALL (account) {
  OPTIONAL MATCH (account)-[:MEMBER_OF]->(ring:Ring)
  SET ring.ended_members = coalesce(ring.ended_members, 0) + 1, ring.ended_at = datetime(),
      ring.ended_why = $why
  DETACH DELETE account
} IN TRANSACTIONS OF $rows ROWS
