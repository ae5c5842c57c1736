// name: ring-timeline
// question: What happened to the members of this ring, in order: opened, first and last seen, status?
// param ring_id: string
// param limit: integer = 500
// column at: datetime
// column event: string
// column account_id: string
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
WITH account,
     COLLECT { MATCH (account)-[use:{{ timed_uses }}]->()
               RETURN min(use.first_seen) } AS first,
     COLLECT { MATCH (account)-[use:{{ timed_uses }}]->()
               RETURN max(use.last_seen) } AS last
UNWIND [
  {at: account.created_at, event: 'opened'},
  {at: first[0], event: 'first seen'},
  {at: last[0], event: 'last seen'},
  {at: account.status_at, event: 'status ' + coalesce(account.status, 'unknown')}
] AS moment
WITH account, moment
WHERE moment.at IS NOT NULL
RETURN moment.at AS at, moment.event AS event, account.account_id AS account_id
ORDER BY at, event, account_id
LIMIT $limit
