// name: accounts-to-end
// question: How many accounts have no uses, and were opened and decided on before a time?
// An account that a person decided on stays. One without any time is taken for old if nothing but
// its id is known: its uses have ended.
// param before: integer
// column number: integer
// mode: read
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
RETURN count(account) AS number
