// name: report-members
// question: Who is in each of these rings, since when, in which state, and when were they active?
// `hours` pairs an hour of the day (UTC) with the number of identifiers used in it; `requests` is
// what the kind of identifier that was seen most often saw. Times are text: the driver would spend
// half of a large page on making objects of them.
// param ring_ids: list
// column ring_id: string
// column account_id: string
// column score: float
// column opened: string
// column status: string
// column status_at: string
// column organizations: list
// column first_seen: string
// column last_seen: string
// column requests: integer
// column hours: list
// audience: internal
// mode: read
UNWIND $ring_ids AS ring_id
MATCH (:Ring {ring_id: ring_id})<-[member:MEMBER_OF]-(account:Account)
CALL (account) {
  MATCH (account)-[use:{{ timed_uses }}]->()
  RETURN min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen
}
CALL (account) {
  MATCH (account)-[use:{{ request_uses }}]->()
  WITH type(use) AS kind, sum(use.events) AS events
  RETURN max(events) AS requests
}
RETURN ring_id, account.account_id AS account_id, member.score AS score,
       toString(account.created_at) AS opened, account.status AS status,
       toString(account.status_at) AS status_at,
       COLLECT {
         MATCH (account)-[:IN_ORGANIZATION]->(organization:Organization)
         RETURN organization.organization_id AS organization_id ORDER BY organization_id
       } AS organizations,
       toString(first_seen) AS first_seen, toString(last_seen) AS last_seen, requests,
       COLLECT {
         MATCH (account)-[use:{{ timed_uses }}]->()
         UNWIND use.hours AS hour
         WITH hour, count(*) AS uses ORDER BY hour
         RETURN [hour, uses]
       } AS hours
ORDER BY ring_id, score DESC, account_id
