// name: ring-hours
// question: How many members of this ring are active at each hour of the day (UTC)?
// param ring_id: string
// column hour: integer
// column members: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[used:{{ request_uses }}]->()
UNWIND used.hours AS hour
RETURN hour, count(DISTINCT account) AS members
ORDER BY hour
