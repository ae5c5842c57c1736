// name: around-identifier
// question: Which accounts use this identifier, members of rings and the most active first?
// param label: string
// param key: string
// param limit: integer = 40
// column label: string
// column key: string
// column users: integer
// column events: integer
// column ring_id: string
// column status: string
// column in_all: integer
// column created_at: datetime
// column last_seen: datetime
// mode: read
// audience: internal
CALL () {
  {{ named:found:$key }}
}
WITH found WHERE labels(found)[0] = $label
MATCH (found)<-[use:{{ uses }}]-(account:Account)
WITH found, account, sum(coalesce(use.events, 1)) AS events, max(use.last_seen) AS last_seen,
     head(COLLECT {
       MATCH (account)-[:MEMBER_OF]->(ring:Ring) RETURN ring.ring_id ORDER BY ring.ring_id
     }) AS ring_id
ORDER BY ring_id IS NULL, events DESC, account.account_id
LIMIT $limit
RETURN 'Account' AS label, account.account_id AS key, 0 AS users, events, ring_id,
       account.status AS status, COUNT { (found)<-[:{{ uses }}]-() } AS in_all,
       account.created_at AS created_at, last_seen
ORDER BY ring_id IS NULL, events DESC, key
