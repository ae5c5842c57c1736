// name: ring-days
// question: How many requests did the members of a ring send day by day, and how many members sent any?
// param ring_id: string
// column day: string
// column requests: integer
// column accounts: integer
// mode: read
// audience: internal
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)-[asked:REQUESTED]->(:Model)
UNWIND asked.daily AS entry
WITH entry / 1000000000 AS day, account, sum(entry % 1000000000) AS requests
RETURN toString(date('1970-01-01') + duration({days: day})) AS day, sum(requests) AS requests,
       count(account) AS accounts
ORDER BY day
