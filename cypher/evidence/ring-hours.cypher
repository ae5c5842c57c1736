// name: ring-hours
// question: At which hours of the day (UTC) do how many members of this ring act?
// param ring_id: string
// column hour: integer
// column members: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[used:{{ request_uses }}]->()
UNWIND used.hours AS hour
RETURN hour, count(DISTINCT account) AS members
ORDER BY hour
