// name: around-account
// question: What does this account use and whom did it contact, what the fewest use first?
// param key: string
// param limit: integer = 40
// column label: string
// column key: string
// column users: integer
// column events: integer
// column ring_id: string
// column status: string
// column in_all: integer
// mode: read
// audience: internal
MATCH (account:Account {account_id: $key})
MATCH (account)-[use:{{ uses }}|CONTACTED]-(other)
WITH other, sum(coalesce(use.events, 1)) AS events
WITH other, events, COUNT { (other)<-[:{{ uses }}]-() } AS users
ORDER BY users, labels(other)[0], coalesce(other.account_id, {{ key_of:other }})
WITH collect([other, events, users]) AS found
UNWIND found[..$limit] AS one
WITH found, one[0] AS other, one[1] AS events, one[2] AS users
RETURN labels(other)[0] AS label,
       CASE WHEN other:Account THEN other.account_id ELSE {{ key_of:other }} END AS key,
       users, events, head(COLLECT {
         MATCH (other)-[:MEMBER_OF]->(ring:Ring) RETURN ring.ring_id ORDER BY ring.ring_id
       }) AS ring_id, coalesce(other.status, other.verdict) AS status, size(found) AS in_all
ORDER BY users, label, key
