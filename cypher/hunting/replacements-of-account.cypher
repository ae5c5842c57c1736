// name: replacements-of-account
// question: Which accounts were opened soon after this one was banned (or got another status), and share something?
// param account_id: string
// param status: string = banned
// param hours: integer = 48
// param limit: integer = 50
// column account_id: string
// column created_at: datetime
// column minutes_after: integer
// column shared: list
// mode: read
MATCH (banned:Account {account_id: $account_id})
WHERE banned.status = $status AND banned.status_at IS NOT NULL
MATCH (banned)-[:{{ independent_uses }}]->(identifier)
      <-[:{{ independent_uses }}]-(other:Account)
WHERE other.created_at >= banned.status_at
  AND other.created_at < banned.status_at + duration({hours: $hours})
WITH DISTINCT banned, other,
     labels(identifier)[0] + ' ' +
     {{ key_of:identifier }} AS shared
ORDER BY shared
RETURN other.account_id AS account_id, other.created_at AS created_at,
       duration.inSeconds(banned.status_at, other.created_at).minutes AS minutes_after,
       collect(shared) AS shared
ORDER BY created_at, account_id
LIMIT $limit
